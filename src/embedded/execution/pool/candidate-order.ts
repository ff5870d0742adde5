import type { TypedTransaction } from '@ethereumjs/tx'
import type { TransactionSource } from '../chain/build-block.ts'
import { effectiveTip } from '../chain/effective-price.ts'
import type { PooledTransaction } from './transaction-pool.ts'

interface Candidate {
  readonly tipWei: bigint
  readonly pooled: PooledTransaction
  /** What follows of the same sender, by nonce. */
  readonly rest: readonly PooledTransaction[]
}

/**
 * Transactions for a block: the best effective tip first (EIP-1559), each sender's in the order of nonces,
 * and what came first first among equals, so that the same pool gives the same block.
 */
export class CandidateOrder implements TransactionSource {
  readonly #baseFeeWei: bigint
  /** A binary heap: a parent at i is better than its children at 2i + 1 and 2i + 2. */
  readonly #heap: Candidate[] = []

  /** @param runs per sender, executable transactions without a gap. */
  constructor(runs: Iterable<readonly PooledTransaction[]>, baseFeeWei: bigint) {
    this.#baseFeeWei = baseFeeWei
    for (const run of runs) this.#push(run)
  }

  peek(): TypedTransaction | undefined {
    return this.#heap[0]?.pooled.transaction
  }

  included(): void {
    const top = this.#pop()
    if (top !== undefined) this.#push(top.rest)
  }

  skipped(): void {
    this.#pop()
  }

  #push([pooled, ...rest]: readonly PooledTransaction[]): void {
    if (pooled === undefined) return
    const tipWei = effectiveTip(pooled.transaction, this.#baseFeeWei)
    if (tipWei < 0n) return
    this.#heap.push({ tipWei, pooled, rest })
    let index = this.#heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBetter(index, parent)) break
      this.#swap(index, parent)
      index = parent
    }
  }

  #pop(): Candidate | undefined {
    const [top] = this.#heap
    const last = this.#heap.pop()
    if (top === undefined || last === undefined || this.#heap.length === 0) return top
    this.#heap[0] = last
    let index = 0
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      let best = index
      if (this.#isBetter(left, best)) best = left
      if (this.#isBetter(right, best)) best = right
      if (best === index) return top
      this.#swap(index, best)
      index = best
    }
  }

  #isBetter(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.tipWei === b.tipWei ? a.pooled.sequence < b.pooled.sequence : a.tipWei > b.tipWei
  }

  #swap(index: number, other: number): void {
    const [a, b] = [this.#heap[index], this.#heap[other]]
    if (a === undefined || b === undefined) return
    this.#heap[index] = b
    this.#heap[other] = a
  }
}
