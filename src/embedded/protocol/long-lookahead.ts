import { MIN_SEED_LOOKAHEAD } from '@lodestar/params'
import { EpochCache } from '@lodestar/state-transition'

/**
 * The library takes the shuffling that it has made for the end of proposer_lookahead (EIP-7917) for the one of
 * the epoch after next. These are the same only with the specification's MIN_SEED_LOOKAHEAD of 1. With a longer
 * one, which short epochs need beside clients whose state has a fixed length, that shuffling is dropped here, so
 * that the right one is made.
 */
export function allowLongLookahead(): void {
  if (MIN_SEED_LOOKAHEAD === 1) return
  const afterProcessEpoch = EpochCache.prototype.afterProcessEpoch
  EpochCache.prototype.afterProcessEpoch = function (state, transition) {
    // The cache is still in the epoch that ends.
    const isForNextEpoch = transition.nextShuffling?.epoch === this.epoch + 2
    if (!isForNextEpoch) transition.nextShuffling = null
    afterProcessEpoch.call(this, state, transition)
  }
}
