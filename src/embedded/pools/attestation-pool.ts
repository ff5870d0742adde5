import type { BeaconConfig } from '@lodestar/config'
import { MAX_COMMITTEES_PER_SLOT, SLOTS_PER_EPOCH } from '@lodestar/params'
import type { Attestation, phase0 } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { type CombinedVotes, CommitteeVotes, combinedSignature } from './committee-votes.ts'
import { committeeAttestation } from './on-chain-attestation.ts'
import type { AttestationSubject, ValidatedAggregate, ValidatedAttestation } from './validated.ts'

/** Attestations of one committee with the same data. */
export interface AttestationGroup {
  readonly data: phase0.AttestationData
  readonly dataRoot: Root
  readonly committeeIndex: number
  readonly committee: Uint32Array
  readonly votes: CommitteeVotes
}

/** Groups of one data, by committee index. */
type DataGroups = (AttestationGroup | undefined)[]

/** Different data in one slot: honest validators give one, or a few around a re-org. */
const dataPerSlotMax = 1024

/**
 * A node's attestations, single and aggregated, of the present epoch and the one before: those that a block can
 * hold (EIP-7045).
 *
 * One that a block holds stays until it is too old, because a re-org may drop that block. Whether it is still
 * of use is a question to the state that is built upon, not to the pool.
 */
export class AttestationPool {
  readonly #config: BeaconConfig
  readonly #slots = new Map<number, Map<Root, DataGroups>>()
  #newestSlot = 0

  constructor(config: BeaconConfig) {
    this.#config = config
  }

  /** @returns whether it is new */
  add(attestation: ValidatedAttestation): boolean {
    return this.#group(attestation)?.votes.addSingle(attestation.position, attestation) ?? false
  }

  /** @returns whether it holds votes that no aggregate known here holds as well */
  addAggregate(aggregate: ValidatedAggregate): boolean {
    return this.#group(aggregate)?.votes.addAggregate(aggregate) ?? false
  }

  /** The widest aggregate that can be made, in the format of its slot's fork; undefined when there is none. */
  aggregate(slot: number, dataRoot: Root, committeeIndex: number): Attestation<Fork> | undefined {
    const group = this.#slots.get(slot)?.get(dataRoot)?.[committeeIndex]
    const best = group?.votes.best()
    return group && best && this.#toAttestation(group, best)
  }

  /**
   * Whether one received aggregate holds all votes known here. Another one is then of no use: gossip ignores
   * it (electra/p2p-interface.md, beacon_aggregate_and_proof).
   */
  isAggregated(slot: number, dataRoot: Root, committeeIndex: number): boolean {
    return this.#slots.get(slot)?.get(dataRoot)?.[committeeIndex]?.votes.isAggregated ?? false
  }

  /** Everything, the newest slot first. */
  *groups(): Iterable<AttestationGroup> {
    for (const slot of [...this.#slots.keys()].sort((a, b) => b - a)) {
      for (const groups of this.#slots.get(slot)?.values() ?? []) {
        for (const group of groups) if (group !== undefined) yield group
      }
    }
  }

  /** The best aggregate of each group. */
  list(filter: { slot?: number; committeeIndex?: number } = {}): Attestation<Fork>[] {
    const attestations: Attestation<Fork>[] = []
    for (const group of this.groups()) {
      if (filter.slot !== undefined && group.data.slot !== filter.slot) continue
      if (filter.committeeIndex !== undefined && group.committeeIndex !== filter.committeeIndex) continue
      const best = group.votes.best()
      if (best !== undefined) attestations.push(this.#toAttestation(group, best))
    }
    return attestations
  }

  /** Number of groups. */
  get size(): number {
    return [...this.groups()].length
  }

  /** Forgets what no block of this slot or a later one can hold. */
  prune(slot: number): void {
    const oldest = oldestIncludableSlot(slot)
    for (const known of this.#slots.keys()) if (known < oldest) this.#slots.delete(known)
  }

  #group(subject: AttestationSubject): AttestationGroup | undefined {
    const { data, dataRoot, committeeIndex, committee } = subject
    const groups = this.#groupsOf(data.slot, dataRoot)
    const known = groups?.[committeeIndex]
    if (known !== undefined) return known.committee.length === committee.length ? known : undefined
    if (groups === undefined || !isCommitteeIndex(committeeIndex)) return undefined
    const votes = new CommitteeVotes(committee.length)
    const group: AttestationGroup = { data, dataRoot, committeeIndex, committee, votes }
    groups[committeeIndex] = group
    return group
  }

  #groupsOf(slot: number, dataRoot: Root): DataGroups | undefined {
    let byData = this.#slots.get(slot)
    if (byData === undefined) {
      if (slot < oldestIncludableSlot(this.#newestSlot)) return undefined
      byData = new Map()
      this.#slots.set(slot, byData)
      this.#advanceTo(slot)
    }
    let groups = byData.get(dataRoot)
    if (groups === undefined && byData.size < dataPerSlotMax) {
      groups = []
      byData.set(dataRoot, groups)
    }
    return groups
  }

  #advanceTo(slot: number): void {
    if (slot <= this.#newestSlot) return
    this.#newestSlot = slot
    this.prune(slot)
  }

  #toAttestation(group: AttestationGroup, votes: CombinedVotes): Attestation<Fork> {
    const fork = this.#config.getForkSeq(group.data.slot)
    return committeeAttestation(fork, group, votes.bits, combinedSignature(votes))
  }
}

/** Slot of the oldest attestation that a block of this slot can hold: the start of the epoch before its own. */
export function oldestIncludableSlot(slot: number): number {
  return (Math.floor(slot / SLOTS_PER_EPOCH) - 1) * SLOTS_PER_EPOCH
}

function isCommitteeIndex(index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < MAX_COMMITTEES_PER_SLOT
}
