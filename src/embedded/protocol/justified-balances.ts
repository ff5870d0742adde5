import { getEffectiveBalanceIncrementsZeroInactive } from '@lodestar/state-transition'
import type { JustifiedBalances } from '../fork-choice/types.ts'
import type { BeaconState } from './beacon-state.ts'

/** Balances of a state at the first slot of its epoch. */
export function justifiedBalances(state: BeaconState): JustifiedBalances {
  // Functions of the library that only look at a validator, such as whether an exit is valid, mark it as
  // changed, and a list with such marks cannot be read as a whole. There is nothing to commit but these.
  state.commit()
  const { effectiveBalanceIncrements } = state.epochCtx
  return {
    votingIncrements: getEffectiveBalanceIncrementsZeroInactive(state),
    // The library's array has room for validators to come, and may be changed in place by a later state.
    effectiveIncrements: effectiveBalanceIncrements.slice(0, state.validators.length),
  }
}
