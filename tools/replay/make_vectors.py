"""Writes the consensus specification's own fork choice test vectors, with every signature made and verified.

    python make_vectors.py OUT --fork electra [--fork fulu] [--preset minimal] [-k EXPRESSION]

They come in the official layout, OUT/PRESET/FORK/fork_choice/HANDLER/pyspec_tests/CASE/.
"""

import argparse
import importlib
import importlib.abc
import importlib.util
import sys
from pathlib import Path

import eth_consensus_specs
import pytest

PACKAGE = "eth_consensus_specs"

# Where the specification's repository keeps the package: one of its test helpers, as published, imports
# another by that path.
IN_REPOSITORY = f"tests.core.pyspec.{PACKAGE}"

# Folders of the package's tests whose vectors a fork choice runs.
SUITES = [
    "phase0/fork_choice",
    "bellatrix/sync",
    "deneb/fork_choice",
    "electra/fork_choice",
    "fulu/fork_choice",
]


class RepositoryPaths(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets modules be imported under the paths they have in the repository."""

    def find_spec(self, fullname, path=None, target=None):
        is_parent = IN_REPOSITORY.startswith(f"{fullname}.")
        is_inside = fullname == IN_REPOSITORY or fullname.startswith(f"{IN_REPOSITORY}.")
        if not is_parent and not is_inside:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec):
        if IN_REPOSITORY.startswith(f"{spec.name}."):
            return None
        return importlib.import_module(spec.name.removeprefix("tests.core.pyspec."))

    def exec_module(self, module):
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", help="folder that the vectors are written into")
    parser.add_argument("--fork", action="append", required=True, choices=["deneb", "electra", "fulu"])
    parser.add_argument("--preset", choices=["minimal", "mainnet"], default="minimal")
    parser.add_argument("-k", metavar="EXPRESSION", help="only the tests whose names match, as pytest's -k")
    arguments = parser.parse_args()

    sys.meta_path.append(RepositoryPaths())
    tests = Path(eth_consensus_specs.__file__).parent / "test"
    command = [
        *[str(tests / suite) for suite in SUITES],
        *[f"--fork={fork}" for fork in arguments.fork],
        f"--preset={arguments.preset}",
        "--reftests",
        f"--reftests-output={Path(arguments.out).resolve()}",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    return pytest.main(command + (["-k", arguments.k] if arguments.k else []))


if __name__ == "__main__":
    sys.exit(main())
