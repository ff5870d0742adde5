import type { Hex } from '../../../plan/manifest.ts'

/** The hashes that were added last, as many as are wanted. */
export class RecentHashes {
  readonly #hashes = new Set<Hex>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  has(hash: Hex): boolean {
    return this.#hashes.has(hash)
  }

  /** @returns whether it was not there yet */
  add(hash: Hex): boolean {
    if (this.#hashes.has(hash)) return false
    const oldest = this.#hashes.keys().next()
    if (this.#hashes.size >= this.#max && !oldest.done) this.#hashes.delete(oldest.value)
    this.#hashes.add(hash)
    return true
  }

  delete(hash: Hex): void {
    this.#hashes.delete(hash)
  }
}
