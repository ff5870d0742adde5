import type { Clock } from '../../clock/clock.ts'

export interface TokenBucketOptions {
  readonly clock: Clock
  /** What may be used at once, after a rest. */
  readonly burst: number
  readonly perSecond: number
}

/** So much at once, and so much a second. */
export class TokenBucket {
  readonly #options: TokenBucketOptions
  /** Below zero when more was promised than there is. */
  #tokens: number
  #filledMs: number

  constructor(options: TokenBucketOptions) {
    this.#options = options
    this.#tokens = options.burst
    this.#filledMs = options.clock.nowMs
  }

  /** Takes tokens if there are enough. @returns whether there were */
  take(count: number): boolean {
    this.#fill()
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }

  /** Takes tokens, of those to come if need be. @returns milliseconds until they are there */
  reserve(count: number): number {
    this.#fill()
    this.#tokens -= count
    return Math.max(0, Math.ceil((-this.#tokens / this.#options.perSecond) * 1000))
  }

  #fill(): void {
    const { clock, burst, perSecond } = this.#options
    const elapsedMs = clock.nowMs - this.#filledMs
    this.#filledMs = clock.nowMs
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs / 1000) * perSecond)
  }
}
