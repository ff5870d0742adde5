import type { ForkChoiceDumpNode } from '../../fork-choice/dump.ts'
import type { Checkpoint } from '../../fork-choice/types.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'

/**
 * `/eth/v1/debug/fork_choice`. Written here because the library's type for it leaves out `extra_data`: what one
 * wants to know when the head is not the expected one.
 */
export function forkChoiceJson({ chain }: BeaconApiParts): object {
  const { justifiedCheckpoint, finalizedCheckpoint, nodes, extraData } = chain.forkChoice.dump()
  return {
    justified_checkpoint: checkpointJson(justifiedCheckpoint),
    finalized_checkpoint: checkpointJson(finalizedCheckpoint),
    fork_choice_nodes: nodes.map(nodeJson),
    extra_data: {
      unrealized_justified_checkpoint: checkpointJson(extraData.unrealizedJustifiedCheckpoint),
      unrealized_finalized_checkpoint: checkpointJson(extraData.unrealizedFinalizedCheckpoint),
      proposer_boost_root: extraData.proposerBoostRoot,
      queued_attestations: String(extraData.queuedAttestations),
    },
  }
}

function nodeJson(node: ForkChoiceDumpNode): object {
  return {
    slot: String(node.slot),
    block_root: node.blockRoot,
    parent_root: node.parentRoot,
    justified_epoch: String(node.justifiedEpoch),
    finalized_epoch: String(node.finalizedEpoch),
    weight: String(node.weightGwei),
    validity: node.validity,
    execution_block_hash: node.executionBlockHash,
    extra_data: {
      unrealized_justified_epoch: String(node.extraData.unrealizedJustifiedEpoch),
      unrealized_finalized_epoch: String(node.extraData.unrealizedFinalizedEpoch),
      is_timely: node.extraData.isTimely,
      is_viable: node.extraData.isViable,
    },
  }
}

function checkpointJson({ epoch, root }: Checkpoint): { epoch: string; root: string } {
  return { epoch: String(epoch), root }
}
