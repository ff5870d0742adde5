import type { CachedBeaconStateAltair } from '@lodestar/state-transition'
import type { BeaconState } from '../protocol/beacon-state.ts'

/** Votes of an epoch that are in the chain and were right, as shares of the stake that was active in it. */
export interface Participation {
  readonly epoch: number
  readonly source: number
  readonly target: number
  readonly head: number
}

/** Bits of the participation flags (altair/beacon-chain.md, "Participation flag indices"). */
const flagBits = { source: 1, target: 2, head: 4 } as const

const known = new WeakMap<BeaconState, Participation>()

/**
 * The votes of the epoch before a state's own, as far as its chain has them. Nodes share their states, so it is
 * counted once for all of them. Undefined in the first epoch, and before Altair.
 */
export function participationOf(state: BeaconState): Participation | undefined {
  const { epochCtx, previousEpochParticipation: flags } = state as CachedBeaconStateAltair
  const epoch = epochCtx.epoch - 1
  if (epoch < 0 || flags === undefined) return undefined
  const found = known.get(state) ?? { epoch, ...sharesOf(state as CachedBeaconStateAltair) }
  known.set(state, found)
  return found
}

function sharesOf(state: CachedBeaconStateAltair): Omit<Participation, 'epoch'> {
  const { effectiveBalanceIncrements: stakes, previousShuffling } = state.epochCtx
  const flags = state.previousEpochParticipation.getAll()
  const voted = { active: 0, source: 0, target: 0, head: 0 }
  for (const index of previousShuffling.activeIndices) {
    const [stake, flag] = [stakes[index] ?? 0, flags[index] ?? 0]
    voted.active += stake
    if (flag & flagBits.source) voted.source += stake
    if (flag & flagBits.target) voted.target += stake
    if (flag & flagBits.head) voted.head += stake
  }
  const share = (part: number) => (voted.active === 0 ? 0 : part / voted.active)
  return { source: share(voted.source), target: share(voted.target), head: share(voted.head) }
}
