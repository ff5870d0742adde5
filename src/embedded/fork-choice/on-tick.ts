import { ForkChoiceError } from './errors.ts'
import { applyVotes } from './on-attestation.ts'
import type { Store } from './store.ts'
import { ZERO_ROOT } from './types.ts'

/**
 * `on_tick`. The specification walks slot by slot, but nothing that it does in a slot depends on the slots
 * between, so a jump over many costs no more than one.
 */
export function onTick(store: Store, timeMs: number): void {
  if (!Number.isFinite(timeMs)) {
    throw new ForkChoiceError({
      reason: 'malformed',
      message: `The time ${timeMs} is not a Unix time in milliseconds.`,
      facts: { timeMs },
    })
  }
  const { slot: previousSlot, epoch: previousEpoch } = store.time
  store.time.advanceTo(timeMs)
  if (store.time.slot === previousSlot) return

  store.proposerBoostRoot = ZERO_ROOT
  if (store.time.epoch > previousEpoch) store.realizeCheckpoints()
  store.queue.takeBefore(store.time.slot, (attestation) => {
    // A block that has been pruned since still takes the vote: the validator has voted in that epoch.
    applyVotes(store, attestation, store.tree.get(attestation.blockRoot))
  })
}
