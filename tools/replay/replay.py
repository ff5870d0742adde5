"""Replays fork choice steps through the executable consensus specification.

    python replay.py DIR… [--bls on|off]

Each DIR, or any folder below it, is what one node of a traced network wrote, or a test vector of the
specification: anchor_state, anchor_block, blocks, attestations, slashings, and steps.yaml. A trace has the
network's config.yaml beside them; of a vector the preset and the fork are in its path.

Every check is compared, and the first difference of a folder ends it. Exits with 1 when there was one.
"""

import argparse
import sys
import time
from collections import Counter
from contextlib import contextmanager
from multiprocessing import Process
from pathlib import Path

import yaml
from eth_consensus_specs.utils import bls
from snappy import uncompress

from checks import CHECKS
from specification import FORKS, Specification


class Difference(Exception):
    """The executable specification sees it otherwise than whoever wrote the steps."""


class Replay:
    def __init__(self, directory: Path, specification: Specification, anchor_slot: int):
        self.directory = directory
        self.specification = specification
        self.compared: Counter[str] = Counter()
        self.ignored = 0
        spec = specification.at_slot(anchor_slot)
        self.store = spec.get_forkchoice_store(
            self.read(spec.BeaconState, "anchor_state"), self.read(spec.BeaconBlock, "anchor_block")
        )
        self.start_at_epoch(spec)

    def start_at_epoch(self, spec) -> None:
        """
        A restarted node begins with a finalized checkpoint. Where the epoch's first slots were empty, the
        checkpoint is later than the state of its block, and the store starts at its epoch.
        """
        file = self.directory / "meta.yaml"
        meta = yaml.safe_load(file.read_text()) if file.exists() else {}
        epoch, store = meta.get("anchor_epoch", 0), self.store
        if epoch <= store.finalized_checkpoint.epoch:
            return
        checkpoint = spec.Checkpoint(epoch=spec.Epoch(epoch), root=store.finalized_checkpoint.root)
        start_slot = epoch * self.specification.slots_per_epoch
        store.justified_checkpoint = store.finalized_checkpoint = checkpoint
        store.unrealized_justified_checkpoint = store.unrealized_finalized_checkpoint = checkpoint
        store.unrealized_justifications[checkpoint.root] = checkpoint
        store.checkpoint_states[checkpoint] = self.specification.advance(
            store.block_states[checkpoint.root], start_slot
        )
        store.time_ms = spec.compute_time_at_slot_ms(store.genesis_time_ms, spec.Slot(start_slot))

    @property
    def spec(self):
        """The module of the fork at the store's time. All of them work on the same store."""
        return self.specification.at_slot(self.slot)

    @property
    def slot(self) -> int:
        elapsed_ms = int(self.store.time_ms) - int(self.store.genesis_time_ms)
        config = self.specification.modules["phase0"].config
        return elapsed_ms // int(config.SLOT_DURATION_MS)

    def read(self, kind, name: str):
        return kind.decode_bytes(uncompress((self.directory / f"{name}.ssz_snappy").read_bytes()))

    def run(self, step: dict) -> None:
        match step:
            case {"checks": checks}:
                self.compare(checks)
            case {"tick": seconds}:
                self.attempt(step, lambda: self.tick(round(seconds * 1000)))
            case {"block": name}:
                self.attempt(step, lambda: self.block(name, step.get("timely")))
            case {"attestation": name}:
                self.attempt(step, lambda: self.attestation(name))
            case {"attester_slashing": name}:
                self.attempt(step, lambda: self.attester_slashing(name))
            case _:
                raise Difference(f"the step is not known: {step}")

    def attempt(self, step: dict, action) -> None:
        """Does what a step says, which may be that it must fail."""
        is_valid = step.get("valid", True)
        try:
            action()
        except (AssertionError, IndexError, KeyError, ValueError) as error:
            if is_valid:
                raise Difference(f"{step} fails: {type(error).__name__} {error}") from error
        else:
            if not is_valid:
                raise Difference(f"{step} should fail")

    def tick(self, time_ms: int) -> None:
        self.spec.on_tick(self.store, self.specification.modules["phase0"].Uint64(time_ms))

    def block(self, name: str, is_timely: bool | None) -> None:
        """@param is_timely: as of its arrival, where that was long before the end of its import"""
        spec = self.specification.at_slot(self.slot_in(name, offset=100))
        signed_block = self.read(spec.SignedBeaconBlock, name)
        with self.specification.parent_at_fork_of(self.store, signed_block.message):
            with timeliness(spec, is_timely):
                spec.on_block(self.store, signed_block)
        body = signed_block.message.body
        for attestation in body.attestations:
            self.attestation_of_block(attestation)
        for slashing in body.attester_slashings:
            self.on_attester_slashing(slashing)

    def attestation_of_block(self, attestation) -> None:
        """A valid block may hold votes that mean nothing to this store, such as for a block that it never saw."""
        spec = self.specification.at_slot(int(attestation.data.slot))
        try:
            spec.on_attestation(self.store, attestation, is_from_block=True)
        except AssertionError:
            self.ignored += 1

    def attestation(self, name: str) -> None:
        # Offset of the attestation data in all forks: after that of the aggregation bits.
        spec = self.specification.at_slot(self.slot_in(name, offset=4))
        attestation = self.read(spec.Attestation, name)
        spec.on_attestation(self.store, attestation)

    def attester_slashing(self, name: str) -> None:
        self.on_attester_slashing(self.read(self.spec.AttesterSlashing, name))

    def on_attester_slashing(self, slashing) -> None:
        """Its signatures are of the fork of their epoch, which may have started since the justified block."""
        slot = int(slashing.attestation_1.data.target.epoch) * self.specification.slots_per_epoch
        justified_root = self.store.justified_checkpoint.root
        with self.specification.state_at_fork_of(self.store, justified_root, slot):
            self.spec.on_attester_slashing(self.store, slashing)

    def slot_in(self, name: str, offset: int) -> int:
        data = uncompress((self.directory / f"{name}.ssz_snappy").read_bytes())
        return int.from_bytes(data[offset : offset + 8], "little")

    def compare(self, checks: dict) -> None:
        for name, expected in checks.items():
            if name not in CHECKS:
                raise Difference(f"the check is not known: {name}")
            actual = CHECKS[name](self.spec, self.store, expected)
            if actual != expected:
                raise Difference(f"{name}: the specification has {actual}, the steps have {expected}")
            self.compared[name] += 1


@contextmanager
def timeliness(spec, is_timely: bool | None):
    record = spec.record_block_timeliness
    if is_timely is not None:
        spec.record_block_timeliness = lambda store, root: store.block_timeliness.update({root: is_timely})
    try:
        yield
    finally:
        spec.record_block_timeliness = record


def replay(directory: Path, is_bls_on: bool) -> int:
    bls.bls_active = is_bls_on
    started = time.monotonic()
    replayed = Replay(directory, *load(directory))
    steps = yaml.load((directory / "steps.yaml").read_text(), Loader=yaml.CSafeLoader)
    for index, step in enumerate(steps):
        try:
            replayed.run(step)
        except Difference as difference:
            print(f"FAIL {directory}: step {index}, at slot {replayed.slot}: {difference}", flush=True)
            return 1
    total = replayed.compared.total()
    seconds = time.monotonic() - started
    if total == 0:
        print(f"FAIL {directory}: nothing is checked", flush=True)
        return 1
    print(f"ok {directory}: {len(steps)} steps, {total} checks {dict(replayed.compared)}, {seconds:.1f} s", flush=True)
    return 0


def load(directory: Path) -> tuple[Specification, int]:
    """The specification of the folder's network, and the slot of its anchor state."""
    file = directory / "config.yaml"
    config = yaml.load(file.read_text(), Loader=yaml.BaseLoader) if file.exists() else {}
    # .../PRESET/FORK/RUNNER/HANDLER/SUITE/CASE
    in_path = directory.resolve().parts[-6:]
    fork = in_path[1] if len(in_path) == 6 and in_path[1] in FORKS else None
    specification = Specification(config, config.get("PRESET_BASE", in_path[0]), fork)
    state = uncompress((directory / "anchor_state.ssz_snappy").read_bytes())
    # After the genesis time and the root of the genesis validators.
    return specification, int.from_bytes(state[40:48], "little")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("directory", nargs="+", type=Path)
    parser.add_argument("--bls", choices=["on", "off"], default="on", help="verify signatures (default: on)")
    arguments = parser.parse_args()
    found = sorted({steps.parent for top in arguments.directory for steps in top.rglob("steps.yaml")})
    if not found:
        print(f"There is no steps.yaml in {', '.join(map(str, arguments.directory))}.")
        return 1
    failed = sum(in_own_process(directory, arguments.bls == "on") for directory in found)
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


def in_own_process(directory: Path, is_bls_on: bool) -> bool:
    """The constants of a network are in the specification's modules, and so in the whole process."""
    process = Process(target=lambda: sys.exit(replay(directory, is_bls_on)))
    process.start()
    process.join()
    return process.exitcode != 0


if __name__ == "__main__":
    sys.exit(main())
