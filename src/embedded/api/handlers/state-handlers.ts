import type { routes } from '@lodestar/api'
import {
  EPOCHS_PER_HISTORICAL_VECTOR,
  type ForkName,
  ForkSeq,
  SYNC_COMMITTEE_SUBNET_SIZE,
} from '@lodestar/params'
import {
  type CachedBeaconStateElectra,
  type CachedBeaconStateFulu,
  getRandaoMix,
} from '@lodestar/state-transition'
import type { BeaconState } from '../../protocol/beacon-state.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { BeaconApiError, badParameter } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { type FoundState, findState } from '../ids/find-state.ts'

type Endpoints = Pick<
  routes.beacon.state.Endpoints,
  | 'getStateRoot'
  | 'getStateFork'
  | 'getStateRandao'
  | 'getStateFinalityCheckpoints'
  | 'getEpochCommittees'
  | 'getEpochSyncCommittees'
  | 'getPendingDeposits'
  | 'getPendingPartialWithdrawals'
  | 'getPendingConsolidations'
  | 'getProposerLookahead'
>

/** `/eth/v1/beacon/states/{state_id}/…`, but for the validators. */
export function stateHandlers({ chain }: BeaconApiParts): EndpointHandlers<Endpoints> {
  const find = (stateId: string | number) => findState(chain, stateId)
  return {
    async getStateRoot({ stateId }) {
      const { state, meta } = await find(stateId)
      return { data: { root: state.hashTreeRoot() }, meta }
    },

    async getStateFork({ stateId }) {
      const { state, meta } = await find(stateId)
      return { data: state.fork.toValue(), meta }
    },

    async getStateRandao({ stateId, epoch }) {
      const { state, meta } = await find(stateId)
      return { data: { randao: randaoMix(state, epoch ?? state.epochCtx.epoch) }, meta }
    },

    async getStateFinalityCheckpoints({ stateId }) {
      const { state, meta } = await find(stateId)
      return {
        data: {
          previousJustified: state.previousJustifiedCheckpoint.toValue(),
          currentJustified: state.currentJustifiedCheckpoint.toValue(),
          finalized: state.finalizedCheckpoint.toValue(),
        },
        meta,
      }
    },

    async getEpochCommittees({ stateId, epoch, slot, index }) {
      const { state, meta } = await find(stateId)
      const committees = committeesOf(state, epoch ?? state.epochCtx.epoch)
      requireSlotWithin(committees, slot)
      const data = committees.filter(
        (committee) =>
          (slot ?? committee.slot) === committee.slot && (index ?? committee.index) === committee.index,
      )
      return { data, meta }
    },

    async getEpochSyncCommittees({ stateId, epoch }) {
      const { state, meta } = await find(stateId)
      const validators = syncCommittee(state, epoch ?? state.epochCtx.epoch)
      return {
        data: { validators, validatorAggregates: chunks(validators, SYNC_COMMITTEE_SUBNET_SIZE) },
        meta,
      }
    },

    async getPendingDeposits({ stateId }) {
      const found = requireElectra(await find(stateId))
      return { data: found.state.pendingDeposits.toValue(), meta: found.meta }
    },

    async getPendingPartialWithdrawals({ stateId }) {
      const found = requireElectra(await find(stateId))
      return { data: found.state.pendingPartialWithdrawals.toValue(), meta: found.meta }
    },

    async getPendingConsolidations({ stateId }) {
      const found = requireElectra(await find(stateId))
      return { data: found.state.pendingConsolidations.toValue(), meta: found.meta }
    },

    async getProposerLookahead({ stateId }) {
      const { state, meta } = await find(stateId)
      if (forkSeqOf(state) < ForkSeq.fulu) throw beforeFork('fulu')
      const { proposerLookahead } = state as CachedBeaconStateFulu
      return { data: proposerLookahead.toValue(), meta: { ...meta, version: versionOf(state) } }
    },
  }
}

/** The fork that a state is of, by its slot. */
export function versionOf(state: BeaconState): ForkName {
  return state.config.getForkName(state.slot)
}

function forkSeqOf(state: BeaconState): ForkSeq {
  return state.config.getForkSeq(state.slot)
}

function requireElectra({ state, meta }: FoundState) {
  if (forkSeqOf(state) < ForkSeq.electra) throw beforeFork('electra')
  return { state: state as CachedBeaconStateElectra, meta: { ...meta, version: versionOf(state) } }
}

function beforeFork(fork: string): BeaconApiError {
  return new BeaconApiError(400, `The state is older than the ${fork} fork, which brought this in.`)
}

function randaoMix(state: BeaconState, epoch: number): Uint8Array {
  const current = state.epochCtx.epoch
  if (epoch <= current && epoch > current - EPOCHS_PER_HISTORICAL_VECTOR) return getRandaoMix(state, epoch)
  throw badParameter(
    'epoch',
    epoch,
    `one of the ${EPOCHS_PER_HISTORICAL_VECTOR} up to the state's, ${current}`,
  )
}

interface Committee {
  readonly slot: number
  readonly index: number
  readonly validators: number[]
}

function committeesOf(state: BeaconState, epoch: number): Committee[] {
  const shuffling = state.epochCtx.getShufflingAtEpochOrNull(epoch)
  if (shuffling === null) {
    throw badParameter('epoch', epoch, `the state's epoch ${state.epochCtx.epoch}, the one before or after`)
  }
  const firstSlot = epoch * shuffling.committees.length
  return shuffling.committees.flatMap((ofSlot, position) =>
    ofSlot.map((committee, index) => ({
      slot: firstSlot + position,
      index,
      validators: Array.from(committee),
    })),
  )
}

function requireSlotWithin(committees: readonly Committee[], slot: number | undefined): void {
  const [first, last] = [committees[0]?.slot ?? 0, committees.at(-1)?.slot ?? 0]
  if (slot === undefined || (slot >= first && slot <= last)) return
  throw badParameter('slot', slot, `a slot of the epoch, ${first} to ${last}`)
}

function syncCommittee(state: BeaconState, epoch: number): number[] {
  try {
    return Array.from(state.epochCtx.getIndexedSyncCommitteeAtEpoch(epoch).validatorIndices)
  } catch {
    // The library has one failure here: an epoch of neither the current nor the next period.
    throw badParameter('epoch', epoch, 'an epoch of the sync committee period of the state, or of the next')
  }
}

function chunks(list: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
