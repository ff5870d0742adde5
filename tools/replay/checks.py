"""The checks of a `checks` step: each gives what the executable specification says instead."""


def root_hex(root) -> str:
    return f"0x{bytes(root).hex()}"


def checkpoint(value) -> dict:
    return {"epoch": int(value.epoch), "root": root_hex(value.root)}


def head(spec, store, _expected) -> dict:
    root = spec.get_head(store).root
    return {"slot": int(store.blocks[root].slot), "root": root_hex(root)}


def seconds(time_ms, expected) -> int | float:
    """Whole seconds in the specification's vectors, with a fraction in traces."""
    return int(time_ms) // 1000 if isinstance(expected, int) else int(time_ms) / 1000


def proposer_head(spec, store, _expected) -> str:
    return root_hex(spec.get_proposer_head(store, spec.get_head(store), spec.get_current_slot(store)).root)


def viable_heads(spec, store, expected) -> list[dict]:
    """The leaves of the filtered tree with their weights, in the order of the list that they are compared to."""
    nodes = spec.get_filtered_node_tree(store) or [spec.ForkChoiceNode(root=store.justified_checkpoint.root)]
    parents = {bytes(store.blocks[node.root].parent_root) for node in nodes}
    leaves = [node for node in nodes if bytes(node.root) not in parents]
    found = [{"root": root_hex(node.root), "weight": int(spec.get_weight(store, node))} for node in leaves]
    order = {check["root"]: place for place, check in enumerate(expected)}
    return sorted(found, key=lambda check: order.get(check["root"], len(order)))


CHECKS = {
    "time": lambda spec, store, expected: seconds(store.time_ms, expected),
    "genesis_time": lambda spec, store, expected: seconds(store.genesis_time_ms, expected),
    "head": head,
    "justified_checkpoint": lambda spec, store, _: checkpoint(store.justified_checkpoint),
    "finalized_checkpoint": lambda spec, store, _: checkpoint(store.finalized_checkpoint),
    "unrealized_justified_checkpoint": lambda spec, store, _: checkpoint(store.unrealized_justified_checkpoint),
    "unrealized_finalized_checkpoint": lambda spec, store, _: checkpoint(store.unrealized_finalized_checkpoint),
    "proposer_boost_root": lambda spec, store, _: root_hex(store.proposer_boost_root),
    "get_proposer_head": proposer_head,
    "viable_for_head_roots_and_weights": viable_heads,
}
