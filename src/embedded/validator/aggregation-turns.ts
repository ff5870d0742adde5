import {
  SYNC_COMMITTEE_SIZE,
  SYNC_COMMITTEE_SUBNET_COUNT,
  TARGET_AGGREGATORS_PER_COMMITTEE,
  TARGET_AGGREGATORS_PER_SYNC_SUBCOMMITTEE,
} from '@lodestar/params'
import type { AttesterDuty, SyncDuty } from './duties-api.ts'

/**
 * The specification selects some TARGET_AGGREGATORS of a committee, who all send an aggregate at the same time
 * (phase0/validator.md, "Attestation aggregation"). All but the first are useless where they have the same
 * votes: gossip ignores an aggregate whose bits are in one that was seen (phase0/p2p-interface.md,
 * beacon_aggregate_and_proof; altair for contributions). So here the members take turns by their place in the
 * committee, within a small part of the slot after the due time, and whoever finds at its turn that a received
 * aggregate has all the votes it knows makes none, nor the selection proof that would tell whether it may. A
 * node whose aggregate was lost, or missed votes, is thus followed by the next. The first place goes at once,
 * and the second long enough after it to have heard of it.
 */
export interface AggregationTurn {
  /** From 0 at the due time to 1, excluded, at the end of the turns. */
  readonly moment: number
  readonly validatorIndex: number
}

/** A validator's turn for its committee. */
export interface CommitteeTurn extends AggregationTurn {
  readonly committeeIndex: number
  /** Members of the committee. */
  readonly committeeLength: number
}

/** A validator's turn for one sync subcommittee. */
export interface SubcommitteeTurn extends AggregationTurn {
  readonly subcommitteeIndex: number
}

const subcommitteeSize: number = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

/**
 * The turns of a node's validators, in their order. Where everyone is selected (`is_aggregator` of a committee
 * of fewer than twice TARGET_AGGREGATORS_PER_COMMITTEE), the node needs its first one only; in a larger
 * committee each has a turn, and the selection proof that it makes then is its lot.
 */
export function committeeTurns(duties: readonly AttesterDuty[]): CommitteeTurn[] {
  const turns = duties.map(
    ({ validatorIndex, committeeIndex, committeeLength, validatorCommitteeIndex }): CommitteeTurn => ({
      moment: momentOf(validatorCommitteeIndex, committeeLength),
      validatorIndex,
      committeeIndex,
      committeeLength,
    }),
  )
  return firstOfEach(turns, ({ committeeIndex, committeeLength, validatorIndex }) => {
    const isLottery = committeeLength >= 2 * TARGET_AGGREGATORS_PER_COMMITTEE
    return isLottery ? `${committeeIndex} ${validatorIndex}` : `${committeeIndex}`
  })
}

/**
 * The same for sync subcommittees (`is_sync_committee_aggregator`). Their members stay for a whole period, so
 * the first place moves on by one with each slot.
 */
export function subcommitteeTurns(slot: number, duties: readonly SyncDuty[]): SubcommitteeTurn[] {
  const turns = duties.flatMap(({ validatorIndex, validatorSyncCommitteeIndices: seats }) =>
    seats.map(
      (seat): SubcommitteeTurn => ({
        moment: momentOf((seat + slot) % subcommitteeSize, subcommitteeSize),
        validatorIndex,
        subcommitteeIndex: Math.floor(seat / subcommitteeSize),
      }),
    ),
  )
  // A validator with several seats of one subcommittee has one lot.
  return firstOfEach(turns, ({ subcommitteeIndex, validatorIndex }) =>
    isSyncLottery ? `${subcommitteeIndex} ${validatorIndex}` : `${subcommitteeIndex}`,
  )
}

/** `is_sync_committee_aggregator`: below twice the target its modulo is 1. */
const isSyncLottery = subcommitteeSize >= 2 * TARGET_AGGREGATORS_PER_SYNC_SUBCOMMITTEE

/** By the root, places come closer and closer: only the first few need to be apart. */
function momentOf(place: number, size: number): number {
  return Math.sqrt(place / size)
}

/** In their order, and of those with one key the first only. */
function firstOfEach<Turn extends AggregationTurn>(
  turns: readonly Turn[],
  keyOf: (turn: Turn) => string,
): Turn[] {
  const first = new Map<string, Turn>()
  for (const turn of turns.toSorted((a, b) => a.moment - b.moment)) {
    const key = keyOf(turn)
    if (!first.has(key)) first.set(key, turn)
  }
  return [...first.values()]
}
