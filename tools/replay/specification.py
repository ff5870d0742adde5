"""The executable specification with the constants and the configuration of one network."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
from contextlib import contextmanager
from types import ModuleType

PACKAGE = "eth_consensus_specs"

# Oldest first: each fork's module builds upon the one before.
FORKS = ["phase0", "altair", "bellatrix", "capella", "deneb", "electra", "fulu"]

FAR_FUTURE_EPOCH = 2**64 - 1

# A constant of the preset, as the generated modules write it: SLOTS_PER_EPOCH = Slot(8)
CONSTANT = re.compile(r"^([A-Z0-9_]+) = (\w+)\((\d+)\)$", re.MULTILINE)


class PresetLoader(importlib.abc.MetaPathFinder):
    """
    Loads the specification's modules with other constants. They cannot be changed afterwards: types are made
    from them.
    """

    def __init__(self, preset: str, constants: dict[str, int]):
        self.modules = {f"{PACKAGE}.{fork}.{preset}" for fork in FORKS}
        self.constants = constants

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self.modules:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        return importlib.util.spec_from_file_location(
            fullname, found.origin, loader=PatchedSource(fullname, found.origin, self.constants)
        )


class PatchedSource(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, constants: dict[str, int]):
        super().__init__(fullname, path)
        self.constants = constants

    def get_code(self, fullname):
        # Not from the byte code that an earlier run may have left.
        return self.source_to_code(self.get_data(self.path), self.path)

    def get_data(self, path):
        def replace(match: re.Match) -> str:
            name, kind, value = match.groups()
            return f"{name} = {kind}({self.constants.get(name, value)})"

        return CONSTANT.sub(replace, super().get_data(path).decode()).encode()


class Specification:
    """
    The modules of a network's forks.

    `config` is the network's configuration, values as text; it has the constants of the preset as well. Without
    one, the preset's own is used, and `fork` is active from the start.
    """

    def __init__(self, config: dict, preset: str, fork: str | None):
        constants = {key: int(value) for key, value in config.items() if str(value).isdecimal()}
        sys.meta_path.insert(0, PresetLoader(preset, constants))
        self.modules: dict[str, ModuleType] = {
            name: importlib.import_module(f"{PACKAGE}.{name}.{preset}") for name in FORKS
        }
        epochs = {name: int(config.get(f"{name.upper()}_FORK_EPOCH", FAR_FUTURE_EPOCH)) for name in FORKS}
        if fork is not None:
            epochs |= {name: 0 for name in FORKS[: FORKS.index(fork) + 1]}
        self.fork_epochs = epochs | {"phase0": 0}
        for module in self.modules.values():
            module.config = with_overrides(module, config)
            # Blobs do not travel with a trace, and the network that wrote it has checked them.
            if hasattr(module, "is_data_available"):
                module.is_data_available = lambda *_: True
            module.store_target_checkpoint_state = self.store_target_checkpoint_state
        self.slots_per_epoch = int(self.modules["phase0"].SLOTS_PER_EPOCH)

    def fork_at(self, epoch: int) -> str:
        return [name for name in FORKS if self.fork_epochs[name] <= epoch][-1]

    def at_slot(self, slot: int) -> ModuleType:
        return self.modules[self.fork_at(slot // self.slots_per_epoch)]

    def advance(self, state, slot: int):
        """`process_slots`, through the upgrades of the forks on the way."""
        state = state.copy()
        while True:
            spec = self.at_slot(int(state.slot))
            boundary = self.next_boundary(int(state.slot))
            target = min(slot, boundary)
            if state.slot < target:
                spec.process_slots(state, type(state.slot)(target))
            if boundary > slot:
                return state
            state = self.upgrade(state)
            if boundary == slot:
                return state

    def next_boundary(self, slot: int) -> int:
        """First slot of the next fork."""
        epoch = slot // self.slots_per_epoch
        later = [e for e in self.fork_epochs.values() if e > epoch]
        return min(later, default=FAR_FUTURE_EPOCH) * self.slots_per_epoch

    def upgrade(self, state):
        epoch = int(state.slot) // self.slots_per_epoch
        for name in FORKS[1:]:
            if self.fork_epochs[name] == epoch:
                state = getattr(self.modules[name], f"upgrade_to_{name}")(state)
        return state

    @contextmanager
    def parent_at_fork_of(self, store, block):
        """
        Lets `on_block` find the parent's state as of the block's fork. The specification's state transition has
        no upgrade in it; the first slot of a fork is then reached already.
        """
        spec = self.at_slot(int(block.slot))
        transition = spec.state_transition
        with self.state_at_fork_of(store, block.parent_root, int(block.slot)) as is_advanced:
            if is_advanced:
                spec.state_transition = lambda state, block, **_: transition_at_slot(spec, state, block)
            try:
                yield
            finally:
                spec.state_transition = transition

    @contextmanager
    def state_at_fork_of(self, store, root, slot: int):
        """Advances a block's state to a slot for a while, if that is of a later fork."""
        state = store.block_states.get(root)
        is_advanced = state is not None and slot >= self.next_boundary(int(state.slot))
        if is_advanced:
            store.block_states[root] = self.advance(state, slot)
        try:
            yield is_advanced
        finally:
            if is_advanced:
                store.block_states[root] = state

    def store_target_checkpoint_state(self, store, target) -> None:
        """As the specification's, but for a fork that starts between the block and the checkpoint."""
        if target not in store.checkpoint_states:
            start_slot = int(target.epoch) * self.slots_per_epoch
            base_state = store.block_states[target.root]
            is_older = base_state.slot < start_slot
            store.checkpoint_states[target] = (
                self.advance(base_state, start_slot) if is_older else base_state.copy()
            )


def transition_at_slot(spec, state, signed_block) -> None:
    """`state_transition` of a state that is at the block's slot already."""
    assert spec.verify_block_signature(state, signed_block)
    spec.process_block(state, signed_block.message)
    assert signed_block.message.state_root == spec.hash_tree_root(state)


def with_overrides(module: ModuleType, config: dict):
    """The module's configuration with the network's values, each in the type of its field."""
    changed = {}
    for name, kind in module.Configuration.__annotations__.items():
        value = config.get(name)
        if value is None or name == "BLOB_SCHEDULE":
            continue
        changed[name] = kind(int(value)) if str(value).isdecimal() else kind(value)
    return module.config._replace(**changed)
