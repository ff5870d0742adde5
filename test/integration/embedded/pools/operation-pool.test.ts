import { BLS_WITHDRAWAL_PREFIX, FAR_FUTURE_EPOCH } from '@lodestar/params'
import { ssz } from '@lodestar/types'
import { describe, expect, test } from 'vitest'
import { OperationPool } from '../../../../src/embedded/pools/operation-pool.ts'
import type { BeaconState } from '../../../../src/embedded/protocol/beacon-state.ts'

interface FakeValidator {
  slashed: boolean
  exitEpoch: number
  withdrawableEpoch: number
  withdrawalCredentials: Uint8Array
}

const active: FakeValidator = {
  slashed: false,
  exitEpoch: FAR_FUTURE_EPOCH,
  withdrawableEpoch: FAR_FUTURE_EPOCH,
  withdrawalCredentials: new Uint8Array(32).fill(BLS_WITHDRAWAL_PREFIX),
}

/** The part of a state that decides whether operations are still of use. */
function stateOf(changes: Record<number, Partial<FakeValidator>> = {}, count = 8, epoch = 3): BeaconState {
  const validators = {
    length: count,
    getReadonly: (index: number) => ({ ...active, ...changes[index] }),
  }
  return { validators, epochCtx: { epoch } } as unknown as BeaconState
}

function attesterSlashing(...indices: number[]) {
  const slashing = ssz.phase0.AttesterSlashing.defaultValue()
  slashing.attestation1.attestingIndices = indices
  slashing.attestation2.attestingIndices = indices
  return slashing
}

function proposerSlashing(first: number, second = first) {
  const slashing = ssz.phase0.ProposerSlashing.defaultValue()
  slashing.signedHeader1.message.proposerIndex = first
  slashing.signedHeader2.message.proposerIndex = second
  return slashing
}

function voluntaryExit(validatorIndex: number) {
  return { ...ssz.phase0.SignedVoluntaryExit.defaultValue(), message: { epoch: 0, validatorIndex } }
}

function blsChange(validatorIndex: number) {
  const change = ssz.capella.SignedBLSToExecutionChange.defaultValue()
  change.message.validatorIndex = validatorIndex
  return change
}

describe('operation pool', () => {
  test('takes one of a kind for a validator', () => {
    const pool = new OperationPool()
    for (const expected of [true, false]) {
      expect(pool.addProposerSlashing(proposerSlashing(1))).toBe(expected)
      expect(pool.addAttesterSlashing(attesterSlashing(1))).toBe(expected)
      expect(pool.addVoluntaryExit(voluntaryExit(1))).toBe(expected)
      expect(pool.addBlsChange(blsChange(1))).toBe(expected)
    }
    expect(pool.size).toBe(4)
  })

  test('takes an attester slashing that slashes anybody more', () => {
    const pool = new OperationPool()
    expect(pool.addAttesterSlashing(attesterSlashing(1, 2))).toBe(true)
    expect(pool.addAttesterSlashing(attesterSlashing(2))).toBe(false)
    expect(pool.addAttesterSlashing(attesterSlashing(2, 3))).toBe(true)
  })

  test('refuses slashings of nobody', () => {
    const pool = new OperationPool()
    expect(pool.addProposerSlashing(proposerSlashing(1, 2))).toBe(false)
    expect(pool.addAttesterSlashing(attesterSlashing())).toBe(false)
  })

  test('shows what a state has a use for, and forgets what a finalized one has none for', () => {
    const pool = new OperationPool()
    for (const index of [1, 2, 99]) {
      pool.addProposerSlashing(proposerSlashing(index))
      pool.addAttesterSlashing(attesterSlashing(index))
      pool.addVoluntaryExit(voluntaryExit(index))
      pool.addBlsChange(blsChange(index))
    }
    const counts = (state: BeaconState) => [
      pool.proposerSlashings(state).length,
      pool.attesterSlashings(state).length,
      pool.voluntaryExits(state).length,
      pool.blsToExecutionChanges(state).length,
    ]
    const slashed = stateOf({ 1: { slashed: true } })
    const leaving = stateOf({ 1: { exitEpoch: 9 } })
    const changed = stateOf({ 1: { withdrawalCredentials: new Uint8Array(32).fill(1) } })
    const gone = stateOf({ 1: { withdrawableEpoch: 3 }, 2: { withdrawableEpoch: 4 } })
    expect(counts(stateOf())).toEqual([3, 3, 3, 3])
    expect(counts(slashed)).toEqual([2, 2, 3, 3])
    expect(counts(leaving)).toEqual([3, 3, 2, 3])
    expect(counts(changed)).toEqual([3, 3, 3, 2])
    expect(counts(gone)).toEqual([2, 2, 3, 3])
    for (const state of [slashed, leaving, changed]) pool.prune(state)
    // Validator 99 is not in the finalized state yet.
    expect(counts(stateOf())).toEqual([2, 2, 2, 2])
    expect(pool.size).toBe(8)
  })

  test('does not grow without bound', () => {
    const pool = new OperationPool()
    for (let index = 0; index < 5000; index++) {
      pool.addVoluntaryExit(voluntaryExit(index))
      pool.addBlsChange(blsChange(index))
      pool.addProposerSlashing(proposerSlashing(index))
    }
    expect(pool.size).toBe(3 * 4096)
  })
})
