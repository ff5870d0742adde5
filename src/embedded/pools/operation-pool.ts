import { getAttesterSlashableIndices } from '@lodestar/state-transition'
import type { AttesterSlashing, capella, phase0 } from '@lodestar/types'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { isBlsChangeLost, isExitLost, isSlashingLost } from './operation-use.ts'

/** Operations of one kind that wait for a block. When there are more, new ones are refused. */
const operationsMax = 4096

/** An attester slashing and the validators who signed both attestations. */
export interface PooledAttesterSlashing {
  readonly slashing: AttesterSlashing<Fork>
  readonly indices: readonly number[]
}

/**
 * Slashings, voluntary exits and changes of withdrawal credentials that wait for a block; one of a kind for a
 * validator.
 *
 * Whether one of them is still of use is a question to a state, not to the pool: a block that holds it takes
 * its use away, and a re-org may give it back. What is lost in a finalized state is forgotten.
 */
export class OperationPool {
  readonly #proposerSlashings = new Map<number, phase0.ProposerSlashing>()
  readonly #voluntaryExits = new Map<number, phase0.SignedVoluntaryExit>()
  readonly #blsChanges = new Map<number, capella.SignedBLSToExecutionChange>()
  #attesterSlashings: readonly PooledAttesterSlashing[] = []

  /** @returns whether it is the first of its validator */
  addProposerSlashing(slashing: phase0.ProposerSlashing): boolean {
    const { message: first } = slashing.signedHeader1
    if (first.proposerIndex !== slashing.signedHeader2.message.proposerIndex) return false
    return addFirst(this.#proposerSlashings, first.proposerIndex, slashing)
  }

  /** @returns whether it slashes a validator that no attester slashing here does */
  addAttesterSlashing(slashing: AttesterSlashing<Fork>): boolean {
    if (this.#attesterSlashings.length >= operationsMax) return false
    const indices = getAttesterSlashableIndices(slashing)
    const slashed = new Set(this.#attesterSlashings.flatMap((known) => known.indices))
    if (indices.every((index) => slashed.has(index))) return false
    this.#attesterSlashings = [...this.#attesterSlashings, { slashing, indices }]
    return true
  }

  /** @returns whether it is the first of its validator */
  addVoluntaryExit(exit: phase0.SignedVoluntaryExit): boolean {
    return addFirst(this.#voluntaryExits, exit.message.validatorIndex, exit)
  }

  /** @returns whether it is the first of its validator */
  addBlsChange(change: capella.SignedBLSToExecutionChange): boolean {
    return addFirst(this.#blsChanges, change.message.validatorIndex, change)
  }

  /** Those that are not lost in this state. */
  proposerSlashings(state: BeaconState): phase0.ProposerSlashing[] {
    return stillUseful(this.#proposerSlashings, (index) => isSlashingLost(state, index))
  }

  /** Those that are not lost in this state. */
  attesterSlashings(state: BeaconState): PooledAttesterSlashing[] {
    return this.#attesterSlashings.filter(
      ({ indices }) => !indices.every((index) => isSlashingLost(state, index)),
    )
  }

  /** Those that are not lost in this state. */
  voluntaryExits(state: BeaconState): phase0.SignedVoluntaryExit[] {
    return stillUseful(this.#voluntaryExits, (index) => isExitLost(state, index))
  }

  /** Those that are not lost in this state. */
  blsToExecutionChanges(state: BeaconState): capella.SignedBLSToExecutionChange[] {
    return stillUseful(this.#blsChanges, (index) => isBlsChangeLost(state, index))
  }

  /** Operations of all kinds. */
  get size(): number {
    return (
      this.#proposerSlashings.size +
      this.#attesterSlashings.length +
      this.#voluntaryExits.size +
      this.#blsChanges.size
    )
  }

  /** Forgets what is lost in a finalized state. */
  prune(finalized: BeaconState): void {
    forget(this.#proposerSlashings, (index) => isSlashingLost(finalized, index))
    forget(this.#voluntaryExits, (index) => isExitLost(finalized, index))
    forget(this.#blsChanges, (index) => isBlsChangeLost(finalized, index))
    this.#attesterSlashings = this.attesterSlashings(finalized)
  }
}

function addFirst<Operation>(
  operations: Map<number, Operation>,
  index: number,
  operation: Operation,
): boolean {
  if (operations.has(index) || operations.size >= operationsMax) return false
  operations.set(index, operation)
  return true
}

function stillUseful<Operation>(
  operations: ReadonlyMap<number, Operation>,
  isLost: (validatorIndex: number) => boolean,
): Operation[] {
  return [...operations].filter(([index]) => !isLost(index)).map(([, operation]) => operation)
}

function forget(operations: Map<number, unknown>, isLost: (validatorIndex: number) => boolean): void {
  for (const index of operations.keys()) if (isLost(index)) operations.delete(index)
}
