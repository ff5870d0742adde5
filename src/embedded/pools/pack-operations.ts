import {
  assertValidAttesterSlashing,
  assertValidProposerSlashing,
  isSlashableValidator,
  isValidBlsToExecutionChange,
  isValidVoluntaryExit,
} from '@lodestar/state-transition'
import type { AttesterSlashing, capella, phase0 } from '@lodestar/types'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { operationLimits } from './operation-limits.ts'
import type { OperationPool, PooledAttesterSlashing } from './operation-pool.ts'

/** Operations for one block. */
export interface PackedOperations {
  readonly proposerSlashings: phase0.ProposerSlashing[]
  readonly attesterSlashings: AttesterSlashing<Fork>[]
  readonly voluntaryExits: phase0.SignedVoluntaryExit[]
  readonly blsToExecutionChanges: capella.SignedBLSToExecutionChange[]
}

/**
 * Operations for a block on this state, which has been advanced to the block's slot: all valid one after the
 * other, in the order in which `process_operations` takes them.
 */
export function packOperations(pool: OperationPool, state: BeaconState): PackedOperations {
  const fork = state.config.getForkSeq(state.slot)
  const limits = operationLimits(fork)
  const proposerSlashings = take(pool.proposerSlashings(state), limits.proposerSlashings, (slashing) =>
    isProposerSlashing(state, slashing),
  )
  const slashed = new Set(proposerSlashings.map(({ signedHeader1 }) => signedHeader1.message.proposerIndex))
  const attesterSlashings = packAttesterSlashings(pool, state, limits.attesterSlashings, slashed)
  const voluntaryExits = take(pool.voluntaryExits(state), limits.voluntaryExits, (exit) => {
    const { validatorIndex } = exit.message
    // Who is slashed in the same block is leaving already. Signatures of exits keep their validity (EIP-7044).
    const isKnown = validatorIndex < state.validators.length && !slashed.has(validatorIndex)
    return isKnown && isValidVoluntaryExit(fork, state, exit, false)
  })
  const blsToExecutionChanges = take(
    pool.blsToExecutionChanges(state),
    limits.blsToExecutionChanges,
    (change) => isBlsChange(state, change),
  )
  return { proposerSlashings, attesterSlashings, voluntaryExits, blsToExecutionChanges }
}

/** The first ones that are valid, at most `limit`. */
function take<Operation>(
  operations: readonly Operation[],
  limit: number,
  isValid: (operation: Operation) => boolean,
): Operation[] {
  const taken: Operation[] = []
  for (const operation of operations) {
    if (taken.length >= limit) break
    if (isValid(operation)) taken.push(operation)
  }
  return taken
}

/** Greedy: always the one that slashes most stake beyond what is slashed already. Adds to `slashed`. */
function packAttesterSlashings(
  pool: OperationPool,
  state: BeaconState,
  limit: number,
  slashed: Set<number>,
): AttesterSlashing<Fork>[] {
  const newStake = ({ indices }: PooledAttesterSlashing) =>
    indices.reduce((sum, index) => sum + (slashed.has(index) ? 0 : slashableIncrements(state, index)), 0)
  const packed: AttesterSlashing<Fork>[] = []
  let candidates = pool.attesterSlashings(state)
  while (packed.length < limit && candidates.length > 0) {
    const best = candidates.reduce((a, b) => (newStake(b) > newStake(a) ? b : a))
    if (newStake(best) === 0) break
    candidates = candidates.filter((candidate) => candidate !== best)
    if (!isAttesterSlashing(state, best.slashing)) continue
    packed.push(best.slashing)
    for (const index of best.indices) if (slashableIncrements(state, index) > 0) slashed.add(index)
  }
  return packed
}

/** The stake that slashing this validator would hit, in ETH; 0 when it cannot be slashed. */
function slashableIncrements({ validators, epochCtx }: BeaconState, index: number): number {
  if (index >= validators.length) return 0
  const validator = validators.getReadonly(index)
  // Somebody without stake can be slashed too.
  return isSlashableValidator(validator, epochCtx.epoch)
    ? (epochCtx.effectiveBalanceIncrements[index] ?? 0) + 1
    : 0
}

/** Signatures of slashings are verified again: what a signature is valid for changes at a fork. */
function isProposerSlashing(state: BeaconState, slashing: phase0.ProposerSlashing): boolean {
  const { proposerIndex } = slashing.signedHeader1.message
  if (slashableIncrements(state, proposerIndex) === 0) return false
  const { config, epochCtx, slot } = state
  const proposer = state.validators.getReadonly(proposerIndex)
  return passes(() =>
    assertValidProposerSlashing(config, epochCtx.pubkeyCache, slot, slashing, proposer, true),
  )
}

function isAttesterSlashing(state: BeaconState, slashing: AttesterSlashing<Fork>): boolean {
  const { config, epochCtx, slot, validators } = state
  return passes(() =>
    assertValidAttesterSlashing(config, epochCtx.pubkeyCache, slot, validators.length, slashing, true),
  )
}

function isBlsChange(state: BeaconState, change: capella.SignedBLSToExecutionChange): boolean {
  const { validatorIndex } = change.message
  if (validatorIndex >= state.validators.length) return false
  const validator = state.validators.getReadonly(validatorIndex)
  return isValidBlsToExecutionChange(state.config, validator, change, false).valid
}

/** The library tells that an operation is invalid by throwing. */
function passes(assertion: () => void): boolean {
  try {
    assertion()
    return true
  } catch {
    return false
  }
}
