import { EPOCHS_PER_SYNC_COMMITTEE_PERIOD, ForkSeq, SLOTS_PER_EPOCH } from '@lodestar/params'
import { calculateCommitteeAssignments, getBlockRootAtSlot } from '@lodestar/state-transition'
import { toRootHex } from '@lodestar/utils'
import type { Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'

/** Duties as the Beacon API describes them (`/eth/v1/validator/duties/…`). */
export interface Duties<Duty> {
  /** The block on which the duties depend: when it changes they may too. */
  readonly dependentRoot: Root
  readonly executionOptimistic: boolean
  readonly duties: readonly Duty[]
}

export interface AttesterDuty {
  readonly pubkey: Uint8Array
  readonly validatorIndex: number
  readonly committeeIndex: number
  readonly committeeLength: number
  /** Number of committees in the slot. */
  readonly committeesAtSlot: number
  /** Position of the validator in the committee. */
  readonly validatorCommitteeIndex: number
  readonly slot: number
}

export interface ProposerDuty {
  readonly pubkey: Uint8Array
  readonly validatorIndex: number
  readonly slot: number
}

export interface SyncDuty {
  readonly pubkey: Uint8Array
  readonly validatorIndex: number
  /** All seats in the sync committee, 0 to SYNC_COMMITTEE_SIZE - 1. */
  readonly validatorSyncCommitteeIndices: readonly number[]
}

/** @param state One of the epoch, or of the epoch before or after it */
export function attesterDuties(
  state: BeaconState,
  epoch: number,
  indices: readonly number[],
): AttesterDuty[] {
  const shuffling = state.epochCtx.getShufflingAtEpoch(epoch)
  const assignments = calculateCommitteeAssignments(shuffling, [...indices])
  return [...assignments.values()].map((duty) => ({ ...duty, pubkey: publicKey(state, duty.validatorIndex) }))
}

/** @param state One of the epoch, or of the epoch before it */
export function proposerDuties(state: BeaconState, epoch: number): ProposerDuty[] {
  const { epochCtx } = state
  const proposers =
    epoch === epochCtx.epoch ? epochCtx.getBeaconProposers() : epochCtx.getBeaconProposersNextEpoch()
  return proposers.map((validatorIndex, index) => ({
    pubkey: publicKey(state, validatorIndex),
    validatorIndex,
    slot: epoch * SLOTS_PER_EPOCH + index,
  }))
}

/** @param state One of the epoch's sync committee period, or of the period before it */
export function syncDuties(state: BeaconState, epoch: number, indices: readonly number[]): SyncDuty[] {
  const { validatorIndexMap } = state.epochCtx.getIndexedSyncCommitteeAtEpoch(epoch)
  return indices.flatMap((validatorIndex) => {
    const seats = validatorIndexMap.get(validatorIndex)
    if (seats === undefined) return []
    return [
      { pubkey: publicKey(state, validatorIndex), validatorIndex, validatorSyncCommitteeIndices: seats },
    ]
  })
}

/** The last block before the epoch before the duties' one, or genesis: it decides the committees. */
export function attesterDependentRoot(state: BeaconState, epoch: number, roots: FallbackRoots): Root {
  return rootBefore(state, epoch - 1, roots)
}

/**
 * The last block before the duties' epoch, or genesis: it decides the effective balances by which proposers are
 * drawn. From Fulu on it is that before the epoch before (EIP-7917).
 */
export function proposerDependentRoot(state: BeaconState, epoch: number, roots: FallbackRoots): Root {
  const isFulu = state.config.getForkSeq(epoch * SLOTS_PER_EPOCH) >= ForkSeq.fulu
  return rootBefore(state, isFulu ? epoch - 1 : epoch, roots)
}

/** What stands for blocks that the state does not name. */
export interface FallbackRoots {
  readonly genesis: Root
  /** The state's latest block. */
  readonly latest: Root
}

/** `get_block_root_at_slot(state, compute_start_slot_at_epoch(epoch) - 1)`. */
function rootBefore(state: BeaconState, epoch: number, { genesis, latest }: FallbackRoots): Root {
  const slot = epoch * SLOTS_PER_EPOCH - 1
  if (slot < 0) return genesis
  return slot >= state.slot ? latest : toRootHex(getBlockRootAtSlot(state, slot))
}

export function syncPeriodOf(epoch: number): number {
  return Math.floor(epoch / EPOCHS_PER_SYNC_COMMITTEE_PERIOD)
}

function publicKey({ validators }: BeaconState, validatorIndex: number): Uint8Array {
  return validators.getReadonly(validatorIndex).pubkey
}
