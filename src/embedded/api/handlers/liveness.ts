import type { CachedBeaconStateAltair } from '@lodestar/state-transition'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import { badParameter } from '../errors.ts'

/**
 * Which validators were seen to attest in an epoch: by their votes that fork choice counts, or by the head's
 * state, which knows whose attestations have been included.
 * @param epoch the present one, or the one before or after it, by the clock
 * @throws BeaconApiError 400
 */
export function liveness(
  chain: BeaconChain,
  epoch: number,
  indices: readonly number[],
): { index: number; isLive: boolean }[] {
  const present = chain.time.epochOf(Math.max(0, chain.currentSlot))
  if (Math.abs(epoch - present) > 1)
    throw badParameter('epoch', epoch, `${present}, or one before or after it`)
  const hasParticipated = participation(chain, epoch)
  return indices.map((index) => ({
    index,
    isLive: chain.forkChoice.getLatestMessage(index)?.epoch === epoch || hasParticipated(index),
  }))
}

function participation({ head }: BeaconChain, epoch: number): (index: number) => boolean {
  const state = head.state as CachedBeaconStateAltair
  const flags = { [state.epochCtx.epoch]: state.currentEpochParticipation }
  flags[state.epochCtx.epoch - 1] = state.previousEpochParticipation
  const known = flags[epoch]
  return (index) => known !== undefined && index < known.length && known.get(index) !== 0
}
