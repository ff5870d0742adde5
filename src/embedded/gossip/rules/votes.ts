import type { AttestationContent } from '../attestation-content.ts'
import type { GossipNode } from '../gossip-node.ts'
import { ignore, type Refusal, reject } from '../verdicts.ts'

/** The rules that attestations and aggregates have in common, ahead of those of the committee. */
export function voteBefore(
  { slot, blockRoot, target }: AttestationContent,
  { chain, time, failedBlocks }: GossipNode,
  what: 'attestation' | 'aggregate',
): Refusal | undefined {
  // [REJECT] The block being voted for passes validation
  if (failedBlocks.get(blockRoot) !== undefined) return reject('block being voted for failed validation')

  // [IGNORE] The block being voted for has been seen (MAY be queued until block is retrieved)
  if (chain.forkChoice.getBlock(blockRoot) === undefined) {
    return ignore('block being voted for has not been seen', { blockRoot })
  }

  // [IGNORE] The attestation's slot is not from a future slot
  // (MAY be queued for processing at the appropriate slot)
  if (time.isFutureSlot(slot)) {
    return ignore(`${what} slot is from a future slot`, { timeMs: time.earliestMs(slot) })
  }

  // [IGNORE] The attestation's epoch is either the current or previous epoch
  const epoch = time.slots.epochOf(slot)
  if (!time.isCurrentOrPreviousEpoch(epoch)) {
    return ignore(`${what} epoch is not current or previous epoch`)
  }

  // [REJECT] The attestation's epoch matches its target
  if (target.epoch !== epoch) return reject('attestation epoch does not match target epoch')

  return undefined
}

/** The rules that follow their signatures. */
export function voteAfter(
  { blockRoot, target }: AttestationContent,
  { chain }: GossipNode,
): Refusal | undefined {
  const { forkChoice } = chain

  // [REJECT] The attestation's target block is an ancestor of the LMD vote block
  if (forkChoice.getCheckpointRoot(blockRoot, target.epoch) !== target.root) {
    return reject('target block is not an ancestor of LMD vote block')
  }

  // [IGNORE] The current finalized_checkpoint is an ancestor of the block
  if (!forkChoice.isFinalizedDescendant(blockRoot)) {
    return ignore('finalized checkpoint is not an ancestor of block')
  }
  return undefined
}
