import { BitArray } from '@chainsafe/ssz'
import { aggregateSignatureBytes } from './aggregate-signatures.ts'
import type { Signed, SignedBits } from './validated.ts'

/** What a vote at a position of the committee is worth to the caller; 0 when it is of no use. */
export type VoteWeight = (position: number) => number

/** Votes that can stand under one signature: no two of its parts hold the same position. */
export interface CombinedVotes {
  readonly bits: BitArray
  /** What to aggregate, at least one part. */
  readonly parts: readonly Signed[]
}

/** Aggregates of one committee for one thing that are kept: more than honest aggregators make. */
const aggregatesMax = 16

/**
 * The votes of one committee (or sync subcommittee) for one thing: single votes by position, and aggregates
 * that were received. Signatures are not touched until somebody wants an aggregate: most nodes never do.
 */
export class CommitteeVotes {
  readonly size: number
  readonly #singles: (Signed | undefined)[]
  readonly #aggregates: SignedBits[] = []
  /** Positions of which there is a vote. */
  readonly #known: BitArray

  constructor(size: number) {
    this.size = size
    this.#singles = new Array(size)
    this.#known = BitArray.fromBitLen(size)
  }

  /** @returns whether it is new */
  addSingle(position: number, vote: Signed): boolean {
    if (!Number.isInteger(position) || position < 0 || position >= this.size) return false
    if (this.#singles[position] !== undefined) return false
    this.#singles[position] = vote
    this.#known.set(position, true)
    return true
  }

  /** @returns whether it holds votes that no aggregate kept here holds as well */
  addAggregate(aggregate: SignedBits): boolean {
    if (aggregate.bits.bitLen !== this.size || !hasBits(aggregate.bits)) return false
    if (this.isCovered(aggregate.bits)) return false
    const kept = this.#aggregates.filter((known) => !isSubset(known.bits, aggregate.bits))
    if (kept.length >= aggregatesMax) return false
    this.#aggregates.splice(0, this.#aggregates.length, ...kept, aggregate)
    this.#known.mergeOrWith(aggregate.bits)
    return true
  }

  /** Whether one aggregate that was received holds all these votes. */
  isCovered(bits: BitArray): boolean {
    return this.#aggregates.some((known) => isSubset(bits, known.bits))
  }

  /** Whether one aggregate that was received holds all votes known here. */
  get isAggregated(): boolean {
    return this.isCovered(this.#known)
  }

  /** Positions of which a vote is known, in any form. Must not be changed. */
  get known(): BitArray {
    return this.#known
  }

  /** The widest that can be made of what is known here; undefined when nothing is. */
  best(): CombinedVotes | undefined {
    return this.combine(() => 1)
  }

  /**
   * Votes of as much weight as a greedy choice finds: the heaviest aggregate first, then those that do not
   * overlap with what has been taken, then single votes. Undefined when nothing here has any weight.
   */
  combine(weight: VoteWeight): CombinedVotes | undefined {
    const bits = BitArray.fromBitLen(this.size)
    const parts: Signed[] = []
    for (const aggregate of this.#byWeight(weight)) {
      if (overlaps(aggregate.bits, bits)) continue
      bits.mergeOrWith(aggregate.bits)
      parts.push(aggregate)
    }
    for (let position = 0; position < this.size; position++) {
      const single = this.#singles[position]
      if (single === undefined || bits.get(position) || weight(position) <= 0) continue
      bits.set(position, true)
      parts.push(single)
    }
    return parts.length === 0 ? undefined : { bits, parts }
  }

  /** Aggregates with any weight, the heaviest first; of equal ones the first to come. */
  #byWeight(weight: VoteWeight): SignedBits[] {
    if (this.#aggregates.length === 0) return []
    return this.#aggregates
      .map((aggregate) => ({ aggregate, total: totalWeight(aggregate.bits, weight) }))
      .filter(({ total }) => total > 0)
      .sort((a, b) => b.total - a.total)
      .map(({ aggregate }) => aggregate)
  }
}

/** The signature of combined votes, 96 bytes. */
export function combinedSignature(votes: CombinedVotes): Uint8Array {
  return aggregateSignatureBytes(votes.parts)
}

export function totalWeight(bits: BitArray, weight: VoteWeight): number {
  let total = 0
  for (let position = 0; position < bits.bitLen; position++) {
    if (bits.get(position)) total += weight(position)
  }
  return total
}

function hasBits(bits: BitArray): boolean {
  return bits.uint8Array.some((byte) => byte !== 0)
}

function isSubset(part: BitArray, whole: BitArray): boolean {
  return part.uint8Array.every((byte, index) => (byte & ~(whole.uint8Array[index] ?? 0)) === 0)
}

function overlaps(a: BitArray, b: BitArray): boolean {
  return a.uint8Array.some((byte, index) => (byte & (b.uint8Array[index] ?? 0)) !== 0)
}
