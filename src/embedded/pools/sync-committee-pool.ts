import { BitArray } from '@chainsafe/ssz'
import { SYNC_COMMITTEE_SIZE, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import { G2_POINT_AT_INFINITY } from '@lodestar/state-transition'
import type { altair } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'
import { aggregateSignatureBytes } from './aggregate-signatures.ts'
import { CommitteeVotes, combinedSignature } from './committee-votes.ts'
import type { Signed, ValidatedContribution, ValidatedSyncMessage } from './validated.ts'

/** Seats of one subcommittee. */
export const subcommitteeSize: number = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

/** The slot of the messages, the one whose block holds them, and one more for a late block. */
const slotsKept = 3

/** Different heads that are voted for in one slot. */
const blocksPerSlotMax = 256

/**
 * A node's sync committee messages and contributions of the last slots, by subcommittee. A validator can have
 * several seats, and then its signature counts once for each (altair/validator.md, sync committee duties).
 */
export class SyncCommitteePool {
  readonly #slots = new Map<number, Map<Root, readonly CommitteeVotes[]>>()
  #newestSlot = 0

  /** Takes a message for all seats of its validator. @returns whether it is new for any of them */
  addMessage(message: ValidatedSyncMessage): boolean {
    const subcommittees = this.#subcommittees(message.slot, message.blockRoot)
    let isNew = false
    for (const seat of message.seats) {
      const votes = subcommittees?.[Math.floor(seat / subcommitteeSize)]
      if (votes?.addSingle(seat % subcommitteeSize, message)) isNew = true
    }
    return isNew
  }

  /** @returns whether it holds votes that no contribution known here holds as well */
  addContribution(contribution: ValidatedContribution): boolean {
    const subcommittees = this.#subcommittees(contribution.slot, contribution.blockRoot)
    return subcommittees?.[contribution.subcommitteeIndex]?.addAggregate(contribution) ?? false
  }

  /** The widest contribution that can be made; undefined when there is no message for it. */
  contribution(
    slot: number,
    subcommitteeIndex: number,
    beaconBlockRoot: Uint8Array,
    blockRoot: Root,
  ): altair.SyncCommitteeContribution | undefined {
    const best = this.#slots.get(slot)?.get(blockRoot)?.[subcommitteeIndex]?.best()
    if (best === undefined) return undefined
    const signature = combinedSignature(best)
    return { slot, beaconBlockRoot, subcommitteeIndex, aggregationBits: best.bits, signature }
  }

  /**
   * Whether one received contribution holds all votes known here. Another one is then of no use: gossip
   * ignores it (altair/p2p-interface.md, sync_committee_contribution_and_proof).
   */
  isAggregated(slot: number, subcommitteeIndex: number, blockRoot: Root): boolean {
    return this.#slots.get(slot)?.get(blockRoot)?.[subcommitteeIndex]?.isAggregated ?? false
  }

  /**
   * `process_sync_committee_contributions` (altair/validator.md), which here counts single messages too: the
   * votes of a slot for a block, as the block of the next slot holds them. Without any it is the empty one.
   */
  syncAggregate(slot: number, blockRoot: Root): altair.SyncAggregate {
    const syncCommitteeBits = BitArray.fromBitLen(SYNC_COMMITTEE_SIZE)
    const parts: Signed[] = []
    const subcommittees = this.#slots.get(slot)?.get(blockRoot) ?? []
    for (const [index, votes] of subcommittees.entries()) {
      const best = votes.best()
      if (best === undefined) continue
      parts.push(...best.parts)
      for (const position of best.bits.getTrueBitIndexes()) {
        syncCommitteeBits.set(index * subcommitteeSize + position, true)
      }
    }
    const syncCommitteeSignature = parts.length === 0 ? G2_POINT_AT_INFINITY : aggregateSignatureBytes(parts)
    return { syncCommitteeBits, syncCommitteeSignature }
  }

  /** Contributions that can be made of what is known: one per block and subcommittee that has any vote. */
  get size(): number {
    let size = 0
    for (const blocks of this.#slots.values()) {
      for (const votes of blocks.values())
        size += votes.filter((one) => one.known.getTrueBitIndexes().length > 0).length
    }
    return size
  }

  #subcommittees(slot: number, blockRoot: Root): readonly CommitteeVotes[] | undefined {
    if (slot <= this.#newestSlot - slotsKept) return undefined
    let blocks = this.#slots.get(slot)
    if (blocks === undefined) {
      blocks = new Map()
      this.#slots.set(slot, blocks)
      this.#advanceTo(slot)
    }
    let subcommittees = blocks.get(blockRoot)
    if (subcommittees === undefined && blocks.size < blocksPerSlotMax) {
      subcommittees = Array.from(
        { length: SYNC_COMMITTEE_SUBNET_COUNT },
        () => new CommitteeVotes(subcommitteeSize),
      )
      blocks.set(blockRoot, subcommittees)
    }
    return subcommittees
  }

  #advanceTo(slot: number): void {
    if (slot <= this.#newestSlot) return
    this.#newestSlot = slot
    for (const known of this.#slots.keys()) if (known <= slot - slotsKept) this.#slots.delete(known)
  }
}
