import {
  SYNC_COMMITTEE_SIZE,
  SYNC_COMMITTEE_SUBNET_COUNT,
  TARGET_AGGREGATORS_PER_COMMITTEE,
  TARGET_AGGREGATORS_PER_SYNC_SUBCOMMITTEE,
} from '@lodestar/params'
import { isAggregatorFromCommitteeLength, isSyncCommitteeAggregator } from '@lodestar/state-transition'
import type { AttesterDuty, SyncDuty } from './duties-api.ts'

/**
 * The specification selects some TARGET_AGGREGATORS of a committee, who all send an aggregate at the same time
 * (phase0/validator.md, "Attestation aggregation"). All but the first are useless where they have the same
 * votes: gossip ignores an aggregate whose bits are in one that was seen (phase0/p2p-interface.md,
 * beacon_aggregate_and_proof; altair for contributions). So here the selected take turns by their place in the
 * committee, within a small part of the slot after the due time, and whoever finds at its turn that a received
 * aggregate has all the votes it knows makes none. A node whose aggregate was lost, or missed votes, is thus
 * followed by the next. The first place goes at once, and the second long enough after it to have heard of it.
 */
export interface AggregationTurn {
  /** From 0 at the due time to 1, excluded, at the end of the turns. */
  readonly moment: number
  readonly validatorIndex: number
  /** Present where it decided that the validator was selected; otherwise it is made when it is needed. */
  readonly selectionProof?: Uint8Array
}

/** A node's turn for one committee. */
export interface CommitteeTurn extends AggregationTurn {
  readonly committeeIndex: number
}

/** A node's turn for one sync subcommittee. */
export interface SubcommitteeTurn extends AggregationTurn {
  readonly subcommitteeIndex: number
}

const subcommitteeSize: number = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

interface Candidate {
  readonly validatorIndex: number
  /** Place in the order of the committee, from 0. */
  readonly place: number
}

/**
 * The turns of a node's validators: for each committee its first validator that is selected (`is_aggregator`).
 * In a committee of fewer than twice TARGET_AGGREGATORS_PER_COMMITTEE everyone is, so that no proof needs to be
 * made to know it; in a larger one the proofs draw the lots, and all members make theirs.
 */
export function committeeTurns(
  duties: readonly AttesterDuty[],
  prove: (validatorIndex: number) => Uint8Array,
): CommitteeTurn[] {
  const turns: CommitteeTurn[] = []
  for (const committeeIndex of new Set(duties.map((duty) => duty.committeeIndex))) {
    const members = duties.filter((duty) => duty.committeeIndex === committeeIndex)
    const size = members[0]?.committeeLength ?? 0
    const candidates = members.map(({ validatorIndex, validatorCommitteeIndex }) => ({
      validatorIndex,
      place: validatorCommitteeIndex,
    }))
    const isLottery = size >= 2 * TARGET_AGGREGATORS_PER_COMMITTEE
    const turn = isLottery
      ? firstDrawn(candidates, size, prove, (proof) => isAggregatorFromCommitteeLength(size, proof))
      : firstOf(candidates, size)
    if (turn !== undefined) turns.push({ ...turn, committeeIndex })
  }
  return turns
}

/**
 * The same for sync subcommittees (`is_sync_committee_aggregator`). Their members stay for a whole period, so
 * the first place moves on by one with each slot.
 */
export function subcommitteeTurns(
  slot: number,
  duties: readonly SyncDuty[],
  prove: (validatorIndex: number, subcommitteeIndex: number) => Uint8Array,
): SubcommitteeTurn[] {
  const turns: SubcommitteeTurn[] = []
  for (let subcommitteeIndex = 0; subcommitteeIndex < SYNC_COMMITTEE_SUBNET_COUNT; subcommitteeIndex++) {
    const candidates = duties.flatMap((duty) => subcommitteeCandidates(duty, subcommitteeIndex, slot))
    const turn = isSyncLottery
      ? firstDrawn(
          candidates,
          subcommitteeSize,
          (validatorIndex) => prove(validatorIndex, subcommitteeIndex),
          isSyncCommitteeAggregator,
        )
      : firstOf(candidates, subcommitteeSize)
    if (turn !== undefined) turns.push({ ...turn, subcommitteeIndex })
  }
  return turns
}

/** `is_sync_committee_aggregator`: below twice the target its modulo is 1. */
const isSyncLottery = subcommitteeSize >= 2 * TARGET_AGGREGATORS_PER_SYNC_SUBCOMMITTEE

function subcommitteeCandidates(duty: SyncDuty, subcommitteeIndex: number, slot: number): Candidate[] {
  const places = duty.validatorSyncCommitteeIndices
    .filter((seat) => Math.floor(seat / subcommitteeSize) === subcommitteeIndex)
    .map((seat) => (seat + slot) % subcommitteeSize)
  return places.length === 0 ? [] : [{ validatorIndex: duty.validatorIndex, place: Math.min(...places) }]
}

function firstDrawn(
  candidates: readonly Candidate[],
  size: number,
  prove: (validatorIndex: number) => Uint8Array,
  isSelected: (proof: Uint8Array) => boolean,
): AggregationTurn | undefined {
  const drawn = candidates.map((candidate) => ({ ...candidate, proof: prove(candidate.validatorIndex) }))
  const first = inOrder(drawn.filter(({ proof }) => isSelected(proof)))[0]
  return first && { ...turnOf(first, size), selectionProof: first.proof }
}

function firstOf(candidates: readonly Candidate[], size: number): AggregationTurn | undefined {
  const first = inOrder(candidates)[0]
  return first && turnOf(first, size)
}

/** By the root, places come closer and closer: only the first few need to be apart. */
function turnOf({ place, validatorIndex }: Candidate, size: number): AggregationTurn {
  return { moment: Math.sqrt(place / size), validatorIndex }
}

function inOrder<Place extends Candidate>(candidates: readonly Place[]): Place[] {
  return candidates.toSorted((a, b) => a.place - b.place)
}
