import type { Clock } from '../clock/clock.ts'
import { Envelope } from './envelope.ts'

/** Ids kept at most in each of the two generations. */
const idsMax = 65_536

/**
 * The seen-caches of all nodes (p2p-interface.md, `seen_ttl`): one envelope for each message id. Ids are
 * forgotten a generation at a time, each after one to two times the time to live.
 */
export class RecentEnvelopes {
  readonly #clock: Clock
  readonly #ttlMs: number
  #current = new Map<string, Envelope>()
  #previous = new Map<string, Envelope>()
  #rotateMs: number
  #number = 0

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#rotateMs = clock.nowMs + ttlMs
  }

  get size(): number {
    return this.#current.size + this.#previous.size
  }

  /** The envelope of a message; a new one when the id was not seen lately. */
  of(id: string): Envelope {
    const { nowMs } = this.#clock
    if (nowMs >= this.#rotateMs) this.#rotate(nowMs)
    const known = this.#current.get(id) ?? this.#previous.get(id)
    if (known !== undefined) return known
    if (this.#current.size >= idsMax) this.#rotate(nowMs)
    const envelope = new Envelope(this.#number++)
    this.#current.set(id, envelope)
    return envelope
  }

  #rotate(nowMs: number): void {
    const isOutdated = nowMs >= this.#rotateMs + this.#ttlMs
    this.#previous = isOutdated ? new Map() : this.#current
    this.#current = new Map()
    this.#rotateMs = nowMs + this.#ttlMs
  }
}
