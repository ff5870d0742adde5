import type { Store } from './store.ts'
import type { Checkpoint, ExecutionStatus, Root } from './types.ts'

/** A node of `/eth/v1/debug/fork_choice` (Beacon APIs), with numbers not yet made strings. */
export interface ForkChoiceDumpNode {
  readonly slot: number
  readonly blockRoot: Root
  readonly parentRoot: Root
  readonly justifiedEpoch: number
  readonly finalizedEpoch: number
  /** `get_weight`, with the proposer boost. */
  readonly weightGwei: bigint
  readonly validity: ExecutionStatus
  readonly executionBlockHash: Root
  /** What the standard leaves to `extra_data`. */
  readonly extraData: {
    readonly unrealizedJustifiedEpoch: number
    readonly unrealizedFinalizedEpoch: number
    readonly isTimely: boolean
    /** Whether the branch may hold the head (`filter_node_tree`). */
    readonly isViable: boolean
  }
}

export interface ForkChoiceDump {
  readonly justifiedCheckpoint: Checkpoint
  readonly finalizedCheckpoint: Checkpoint
  /** Parents before their children. */
  readonly nodes: readonly ForkChoiceDumpNode[]
  readonly extraData: {
    readonly unrealizedJustifiedCheckpoint: Checkpoint
    readonly unrealizedFinalizedCheckpoint: Checkpoint
    readonly proposerBoostRoot: Root
    readonly queuedAttestations: number
  }
}

/** Everything that led to the head. */
export function dumpForkChoice(store: Store): ForkChoiceDump {
  const scores = store.scores()
  const { checkpoints } = store
  return {
    justifiedCheckpoint: checkpoints.justified,
    finalizedCheckpoint: checkpoints.finalized,
    nodes: store.tree.nodes.map((node) => ({
      slot: node.slot,
      blockRoot: node.root,
      parentRoot: node.parentRoot,
      justifiedEpoch: node.justifiedCheckpoint.epoch,
      finalizedEpoch: node.finalizedCheckpoint.epoch,
      weightGwei: scores.weightGwei(node),
      validity: node.executionStatus,
      executionBlockHash: node.executionBlockHash,
      extraData: {
        unrealizedJustifiedEpoch: node.unrealizedJustifiedCheckpoint.epoch,
        unrealizedFinalizedEpoch: node.unrealizedFinalizedCheckpoint.epoch,
        isTimely: node.isTimely,
        isViable: scores.isViable(node),
      },
    })),
    extraData: {
      unrealizedJustifiedCheckpoint: checkpoints.unrealizedJustified,
      unrealizedFinalizedCheckpoint: checkpoints.unrealizedFinalized,
      proposerBoostRoot: store.proposerBoostRoot,
      queuedAttestations: store.queue.length,
    },
  }
}
