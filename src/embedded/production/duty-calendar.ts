import { SLOTS_PER_EPOCH } from '@lodestar/params'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import {
  type AttesterDuty,
  attesterDependentRoot,
  attesterDuties,
  type Duties,
  type ProposerDuty,
  proposerDependentRoot,
  proposerDuties,
  type SyncDuty,
  syncDuties,
  syncPeriodOf,
} from './duties.ts'
import { ValidatorApiError } from './errors.ts'

/** Who has to do what and when, in the chain of a node's head. */
export class DutyCalendar {
  readonly #chain: BeaconChain

  constructor(chain: BeaconChain) {
    this.#chain = chain
  }

  /** Committees of an epoch up to the next one. @throws ValidatorApiError */
  attesters(epoch: number, validatorIndices: readonly number[]): Duties<AttesterDuty> {
    const { state, latest } = this.#stateFor(epoch)
    return {
      dependentRoot: attesterDependentRoot(state, epoch, { genesis: this.#chain.genesis.root, latest }),
      executionOptimistic: this.#chain.head.isOptimistic,
      duties: attesterDuties(state, epoch, validatorIndices),
    }
  }

  /** Proposers of an epoch up to the next one. @throws ValidatorApiError */
  proposers(epoch: number): Duties<ProposerDuty> {
    const { state, latest } = this.#stateFor(epoch)
    return {
      dependentRoot: proposerDependentRoot(state, epoch, { genesis: this.#chain.genesis.root, latest }),
      executionOptimistic: this.#chain.head.isOptimistic,
      duties: proposerDuties(state, epoch),
    }
  }

  /** Sync committee members of an epoch up to the next period. @throws ValidatorApiError */
  syncMembers(epoch: number, validatorIndices: readonly number[]): Omit<Duties<SyncDuty>, 'dependentRoot'> {
    const presentPeriod = syncPeriodOf(this.#presentEpoch)
    const period = syncPeriodOf(epoch)
    if (period > presentPeriod + 1) throw tooFar(epoch, this.#presentEpoch)
    const { state } = this.#stateFor(period >= presentPeriod ? this.#presentEpoch : epoch)
    const duties = syncDuties(state, epoch, validatorIndices)
    return { executionOptimistic: this.#chain.head.isOptimistic, duties }
  }

  get #presentEpoch(): number {
    return Math.floor(Math.max(this.#chain.currentSlot, 0) / SLOTS_PER_EPOCH)
  }

  /** A state of the head's chain in that epoch, or in the present one for the next. */
  #stateFor(epoch: number): { state: BeaconState; latest: Root } {
    const presentEpoch = this.#presentEpoch
    if (epoch > presentEpoch + 1) throw tooFar(epoch, presentEpoch)
    const { head, forkChoice } = this.#chain
    const startSlot = Math.min(epoch, presentEpoch) * SLOTS_PER_EPOCH
    const endSlot = startSlot + SLOTS_PER_EPOCH - 1
    const block = head.slot <= endSlot ? head : forkChoice.getAncestor(head.root, endSlot)
    const state = block && this.#chain.stateAt(block.root, Math.max(block.slot, startSlot))
    if (block !== undefined && state !== undefined) return { state, latest: block.root }
    throw new ValidatorApiError({
      reason: 'too-old',
      message: `The committees of epoch ${epoch} are not kept.`,
      hint: `Ask for epochs from ${forkChoice.finalizedCheckpoint.epoch} to ${presentEpoch + 1}.`,
      facts: { epoch, presentEpoch },
    })
  }
}

function tooFar(epoch: number, presentEpoch: number): ValidatorApiError {
  return new ValidatorApiError({
    reason: 'too-far-in-future',
    message: `The duties of epoch ${epoch} are not known in epoch ${presentEpoch}.`,
    hint: 'Ask again when it is nearer.',
    facts: { epoch, presentEpoch },
  })
}
