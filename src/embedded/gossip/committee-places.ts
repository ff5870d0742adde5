import type { EpochShuffling } from '@lodestar/state-transition'
import type { Root } from '../fork-choice/types.ts'
import type { GossipNode } from './gossip-node.ts'

/**
 * The committees of an epoch in the chain of a block: decided by block and epoch alone, so what is found with
 * them holds for all nodes. The specification takes the head's state; that is the same where the head is in
 * that chain, and where it is not, the attesters still voted by the shuffling of their own.
 *
 * @param epoch current, previous, or next: of others nobody asks, as their messages are ignored before
 * @returns undefined when the block's state is not available
 */
export function shufflingOf(
  { chain, time }: GossipNode,
  blockRoot: Root,
  epoch: number,
): EpochShuffling | undefined {
  const state = chain.state(blockRoot)
  const shuffling = state?.epochCtx.getShufflingAtEpochOrNull(epoch)
  if (state === undefined || shuffling) return shuffling ?? undefined
  // After empty epochs the block's own state does not reach that far.
  if (epoch < state.epochCtx.epoch) return undefined
  const later = chain.stateAt(blockRoot, time.slots.startSlotOf(epoch))
  return later?.epochCtx.getShufflingAtEpochOrNull(epoch) ?? undefined
}
