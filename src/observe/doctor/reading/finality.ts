import type { Evidence, NodeEvidence } from '../evidence.ts'
import { currentEpoch } from './nodes.ts'

/** In every epoch the one before the last is finalized, one later while its first block is on its way. */
const finalityLagMax = 3
/** Nothing is justified or finalized in the first two epochs, and finality begins with epoch 4 (phase 0). */
const firstFinalityEpoch = 4

/**
 * Whether a node's finality is overdue. Until the end of epoch 4 nothing has to be final; in
 * epoch 4 the chain is on its way there when epoch 2 or a later one is justified.
 */
export function isFinalityOverdue(node: NodeEvidence, evidence: Evidence): boolean {
  const epoch = currentEpoch(evidence)
  const { finality } = node.consensus
  if (finality === undefined || epoch < firstFinalityEpoch) return false
  const { justifiedEpoch, finalizedEpoch } = finality
  return epoch === firstFinalityEpoch ? justifiedEpoch < epoch - 2 : epoch - finalizedEpoch > finalityLagMax
}
