import type { Clock } from '../../clock/clock.ts'
import { openRequestsMax } from '../requests.ts'
import { TokenBucket } from './token-bucket.ts'

/** `MAX_CONCURRENT_REQUESTS` (phase0/p2p-interface.md): of one protocol, to one peer. */
const concurrentMax = 2

/** Clients ban who asks more often; these are somewhat below the strictest limits known. */
const requests = { burst: 8, perSecond: 4 }
const chunks = { burst: 120, perSecond: 60 }

/** A request's place in the queue. */
export interface Turn {
  /** Resolves when it may be made. */
  readonly begin: Promise<void>
  /** To be called in any case. */
  readonly end: () => void
}

/** When a peer may be asked, so that it does not take us for an attacker. */
export class RequestPace {
  readonly #clock: Clock
  readonly #requests: TokenBucket
  readonly #chunks: TokenBucket
  /** Of each protocol: how many are under way, and who waits. */
  readonly #lanes = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#requests = new TokenBucket({ clock, ...requests })
    this.#chunks = new TokenBucket({ clock, ...chunks })
  }

  /** @returns undefined when too many wait already */
  turn(protocol: string, maxChunks: number): Turn | undefined {
    if (this.#count >= openRequestsMax) return undefined
    this.#count++
    const lane = this.#lanes.get(protocol) ?? { running: 0, waiting: [] }
    this.#lanes.set(protocol, lane)
    const isFree = lane.running < concurrentMax
    const place = isFree ? Promise.resolve() : new Promise<void>((resolve) => lane.waiting.push(resolve))
    if (isFree) lane.running++
    return {
      begin: place.then(() => this.#afford(maxChunks)),
      end: () => {
        this.#count--
        const next = lane.waiting.shift()
        // The place is handed on.
        if (next !== undefined) next()
        else lane.running--
      },
    }
  }

  /** What is answered with one chunk counts as a request only. */
  #afford(maxChunks: number): Promise<void> {
    const waitMs = Math.max(
      this.#requests.reserve(1),
      maxChunks > 1 ? this.#chunks.reserve(Math.min(maxChunks, chunks.burst)) : 0,
    )
    if (waitMs === 0) return Promise.resolve()
    return new Promise((resolve) => this.#clock.at(this.#clock.nowMs + waitMs, resolve))
  }
}
