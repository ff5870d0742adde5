import type { Hex } from '../../../plan/manifest.ts'

/** Hashes that are remembered: whoever asks less often than they pass misses the oldest. */
const hashesMax = 4096

/** The transactions that a node's pool took last, in their order, for those who poll. */
export class RecentTransactions {
  readonly #hashes: Hex[] = []
  #count = 0

  /** How many there were in all: a bookmark for {@link since}. */
  get count(): number {
    return this.#count
  }

  add(hash: Hex): void {
    this.#hashes.push(hash)
    if (this.#hashes.length > hashesMax) this.#hashes.shift()
    this.#count++
  }

  /** Hashes of those that came after the first `count`. */
  since(count: number): Hex[] {
    const known = Math.min(this.#count - count, this.#hashes.length)
    return known === 0 ? [] : this.#hashes.slice(-known)
  }
}
