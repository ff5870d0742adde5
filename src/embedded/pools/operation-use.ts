import { BLS_WITHDRAWAL_PREFIX, FAR_FUTURE_EPOCH } from '@lodestar/params'
import type { BeaconState } from '../protocol/beacon-state.ts'

/**
 * Whether an operation has lost its use in a state and all that follow from it. What is of no use yet, such as
 * for a validator that this state does not have, is not lost.
 */

/** The validator has been slashed, or its stake can be withdrawn. */
export function isSlashingLost({ validators, epochCtx }: BeaconState, validatorIndex: number): boolean {
  if (validatorIndex >= validators.length) return false
  const { slashed, withdrawableEpoch } = validators.getReadonly(validatorIndex)
  return slashed || withdrawableEpoch <= epochCtx.epoch
}

/** The validator is leaving. */
export function isExitLost({ validators }: BeaconState, validatorIndex: number): boolean {
  if (validatorIndex >= validators.length) return false
  return validators.getReadonly(validatorIndex).exitEpoch !== FAR_FUTURE_EPOCH
}

/** The validator's withdrawal credentials are an address. */
export function isBlsChangeLost({ validators }: BeaconState, validatorIndex: number): boolean {
  if (validatorIndex >= validators.length) return false
  return validators.getReadonly(validatorIndex).withdrawalCredentials[0] !== BLS_WITHDRAWAL_PREFIX
}
