import { isSubset } from './bits.ts'

/**
 * Validator indices seen in each of the last few periods (slots or epochs): a bit each. Indices come from
 * messages that were found valid, so they are below the size of the registry.
 */
export class RecentIndices {
  readonly #periodsKept: number
  readonly #bitsOf = new Map<number, Uint8Array>()

  constructor(periodsKept: number) {
    this.#periodsKept = periodsKept
  }

  has(period: number, index: number): boolean {
    const byte = this.#bitsOf.get(period)?.[index >>> 3]
    return byte !== undefined && (byte & (1 << (index & 7))) !== 0
  }

  add(period: number, index: number): void {
    const position = index >>> 3
    let bits = this.#bitsOf.get(period)
    if (bits === undefined || bits.length <= position) {
      const larger = new Uint8Array(Math.max(16, 2 * (position + 1)))
      if (bits !== undefined) larger.set(bits)
      bits = larger
      this.#bitsOf.set(period, bits)
      dropOldest(this.#bitsOf, this.#periodsKept)
    }
    bits[position] = (bits[position] ?? 0) | (1 << (index & 7))
  }

  /** For tests: nothing here may grow with time. */
  get periodCount(): number {
    return this.#bitsOf.size
  }
}

/** Participation bits of what was seen in each of the last few periods, by what they agree on. */
export class RecentBits {
  readonly #periodsKept: number
  readonly #bitsOf = new Map<number, Map<string, Uint8Array[]>>()

  constructor(periodsKept: number) {
    this.#periodsKept = periodsKept
  }

  /** `is_non_strict_superset`: whether one that was seen has all of these bits. */
  hasSuperset(period: number, key: string, bits: Uint8Array): boolean {
    const seen = this.#bitsOf.get(period)?.get(key)
    return seen?.some((prior) => isSubset(bits, prior)) ?? false
  }

  add(period: number, key: string, bits: Uint8Array): void {
    let byKey = this.#bitsOf.get(period)
    if (byKey === undefined) {
      byKey = new Map()
      this.#bitsOf.set(period, byKey)
      dropOldest(this.#bitsOf, this.#periodsKept)
    }
    const seen = byKey.get(key)
    // What the new one covers is no longer needed.
    byKey.set(key, [...(seen?.filter((prior) => !isSubset(prior, bits)) ?? []), bits])
  }

  get periodCount(): number {
    return this.#bitsOf.size
  }
}

/** A set that forgets its oldest members when it is full. */
export class BoundedSet<Member> {
  readonly #limit: number
  readonly #members = new Set<Member>()

  constructor(limit: number) {
    this.#limit = limit
  }

  has(member: Member): boolean {
    return this.#members.has(member)
  }

  add(member: Member): void {
    this.#members.add(member)
    if (this.#members.size <= this.#limit) return
    for (const oldest of this.#members) {
      this.#members.delete(oldest)
      return
    }
  }

  get size(): number {
    return this.#members.size
  }
}

/** Epochs for which votes are judged: the current and the previous one, and the next while a clock is ahead. */
const EPOCHS_KEPT = 3
/** Slots for which sync messages are judged, with room for clocks that differ by more than a short slot. */
const SLOTS_KEPT = 8
/**
 * Slots whose proposers are remembered: two of the longest epochs. Of an older slot, in a chain that does not
 * finalize, a block that is known is known to fork choice.
 */
const PROPOSAL_SLOTS_KEPT = 64
/** Operations on validators; a validator has one of each in its life. */
const OPERATIONS_KEPT = 65_536

/** `Seen` (p2p-interface.md): what this node has found valid already. Its own, as every node hears on its own. */
export class Seen {
  /** Proposers by slot. */
  readonly proposers = new RecentIndices(PROPOSAL_SLOTS_KEPT)
  readonly attesters = new RecentIndices(EPOCHS_KEPT)
  readonly aggregators = new RecentIndices(EPOCHS_KEPT)
  readonly aggregates = new RecentBits(EPOCHS_KEPT)
  readonly contributions = new RecentBits(SLOTS_KEPT)
  readonly voluntaryExits = new BoundedSet<number>(OPERATIONS_KEPT)
  readonly proposerSlashings = new BoundedSet<number>(OPERATIONS_KEPT)
  readonly attesterSlashings = new BoundedSet<number>(OPERATIONS_KEPT)
  readonly blsChanges = new BoundedSet<number>(OPERATIONS_KEPT)
  readonly #syncMessages = new Map<number, RecentIndices>()
  readonly #contributors = new Map<number, RecentIndices>()

  /** Senders of sync committee messages by slot, in one subnet. */
  syncMessages(subnet: number): RecentIndices {
    return ofSubnet(this.#syncMessages, subnet)
  }

  /** Aggregators of contributions by slot, in one subcommittee. */
  contributors(subcommitteeIndex: number): RecentIndices {
    return ofSubnet(this.#contributors, subcommitteeIndex)
  }
}

/** Asked with subnets that exist only, so there are as many as these. */
function ofSubnet(map: Map<number, RecentIndices>, subnet: number): RecentIndices {
  let indices = map.get(subnet)
  if (indices === undefined) {
    indices = new RecentIndices(SLOTS_KEPT)
    map.set(subnet, indices)
  }
  return indices
}

function dropOldest(periods: Map<number, unknown>, periodsKept: number): void {
  if (periods.size > periodsKept) periods.delete(Math.min(...periods.keys()))
}
