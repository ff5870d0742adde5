import {
  ForkSeq,
  MIN_ATTESTATION_INCLUSION_DELAY,
  SLOTS_PER_EPOCH,
  TIMELY_HEAD_FLAG_INDEX,
  TIMELY_HEAD_WEIGHT,
  TIMELY_SOURCE_FLAG_INDEX,
  TIMELY_SOURCE_WEIGHT,
  TIMELY_TARGET_FLAG_INDEX,
  TIMELY_TARGET_WEIGHT,
} from '@lodestar/params'
import {
  type CachedBeaconStateAltair,
  computeEpochAtSlot,
  getAttestationParticipationStatus,
  RootCache,
} from '@lodestar/state-transition'
import type { phase0 } from '@lodestar/types'
import { byteArrayEquals } from '@lodestar/utils'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { AttestationGroup } from './attestation-pool.ts'

/** Slots after which a vote's source does not count any more. */
const sourceDelayMax = Math.floor(Math.sqrt(SLOTS_PER_EPOCH))

/** Reward weight of each set of participation flags: PARTICIPATION_FLAG_WEIGHTS, summed. */
const weightOfFlags: readonly number[] = Array.from({ length: 8 }, (_, flags) => weightOf(flags))

/**
 * What the proposer of a block on a state earns for attestations, in units of the base reward per increment
 * times the flags' weight (altair/beacon-chain.md, `process_attestation`). The state has been advanced to the
 * block's slot. Flags of attestations that are taken into the block do not count again.
 */
export class AttestationRewards {
  readonly #state: BeaconState
  readonly #fork: ForkSeq
  readonly #roots: RootCache
  readonly #currentFlags: number[]
  readonly #previousFlags: number[]
  readonly #flagsOfData = new WeakMap<phase0.AttestationData, number>()

  constructor(state: BeaconState) {
    this.#state = state
    this.#fork = state.config.getForkSeq(state.slot)
    this.#roots = new RootCache(state)
    const { currentEpochParticipation, previousEpochParticipation } = state as CachedBeaconStateAltair
    this.#currentFlags = currentEpochParticipation.getAll()
    this.#previousFlags = previousEpochParticipation.getAll()
  }

  /**
   * Whether `process_attestation` takes attestations of this group. Their committee must be the state's: data
   * of another branch can name a committee of the same place and size with other members.
   */
  accepts({ data, committeeIndex, committee }: AttestationGroup): boolean {
    const { slot, epochCtx } = this.#state
    const { epoch } = data.target
    if (data.slot >= slot || epoch !== computeEpochAtSlot(data.slot)) return false
    if (epoch !== epochCtx.epoch && epoch !== epochCtx.epoch - 1) return false
    // Data of the fork before Electra names the committee. That of the first one is the same in both formats.
    if (data.index !== (this.#fork >= ForkSeq.electra ? 0 : committeeIndex)) return false
    const isCurrent = epoch === epochCtx.epoch
    const source = isCurrent
      ? this.#roots.currentJustifiedCheckpoint
      : this.#roots.previousJustifiedCheckpoint
    if (data.source.epoch !== source.epoch || !byteArrayEquals(data.source.root, source.root)) return false
    return hasCommittee(this.#state, data.slot, committeeIndex, committee)
  }

  /** What one more vote with this data is worth. */
  ofVote(data: phase0.AttestationData, validatorIndex: number): number {
    const known = this.#flagsAt(data)[validatorIndex] ?? 0
    // Most votes in a pool have been included, which shows without a look at the roots they vote for.
    if ((flagsStillTimely(this.#state.slot - data.slot) & ~known) === 0) return 0
    const weight = weightOfFlags[this.#flagsOf(data) & ~known] ?? 0
    return weight * (this.#state.epochCtx.effectiveBalanceIncrements[validatorIndex] ?? 0)
  }

  /** Takes a vote into the block. */
  take(data: phase0.AttestationData, validatorIndex: number): void {
    const flags = this.#flagsAt(data)
    flags[validatorIndex] = (flags[validatorIndex] ?? 0) | this.#flagsOf(data)
  }

  #flagsAt(data: phase0.AttestationData): number[] {
    return data.target.epoch === this.#state.epochCtx.epoch ? this.#currentFlags : this.#previousFlags
  }

  /** `get_attestation_participation_flag_indices`. */
  #flagsOf(data: phase0.AttestationData): number {
    let flags = this.#flagsOfData.get(data)
    if (flags === undefined) {
      const { slot, epochCtx } = this.#state
      const delay = slot - data.slot
      flags = getAttestationParticipationStatus(this.#fork, data, delay, epochCtx.epoch, this.#roots, null)
      this.#flagsOfData.set(data, flags)
    }
    return flags
  }
}

/** The flags that a vote of some slots ago can have at best. */
function flagsStillTimely(delay: number): number {
  return (
    (delay <= sourceDelayMax ? 1 << TIMELY_SOURCE_FLAG_INDEX : 0) |
    (1 << TIMELY_TARGET_FLAG_INDEX) |
    (delay === MIN_ATTESTATION_INCLUSION_DELAY ? 1 << TIMELY_HEAD_FLAG_INDEX : 0)
  )
}

function hasCommittee(
  { epochCtx }: BeaconState,
  slot: number,
  index: number,
  expected: Uint32Array,
): boolean {
  if (index >= epochCtx.getCommitteeCountPerSlot(computeEpochAtSlot(slot))) return false
  const committee = epochCtx.getBeaconCommittee(slot, index)
  if (committee === expected) return true
  return (
    committee.length === expected.length && committee.every((member, place) => member === expected[place])
  )
}

function weightOf(flags: number): number {
  const has = (index: number) => (flags & (1 << index)) !== 0
  return (
    (has(TIMELY_SOURCE_FLAG_INDEX) ? TIMELY_SOURCE_WEIGHT : 0) +
    (has(TIMELY_TARGET_FLAG_INDEX) ? TIMELY_TARGET_WEIGHT : 0) +
    (has(TIMELY_HEAD_FLAG_INDEX) ? TIMELY_HEAD_WEIGHT : 0)
  )
}
