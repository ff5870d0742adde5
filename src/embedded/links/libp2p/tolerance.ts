import type { Clock } from '../../clock/clock.ts'
import type { PeerId } from '../wire.ts'
import { TokenBucket } from './token-bucket.ts'

/**
 * Messages against the rules. A peer checks them as well before it passes them on, but its rules may differ in
 * particulars, and it may be slower to learn of something.
 */
const rejections = { burst: 20, perSecond: 0.5 }
/** Requests without an answer, one after the other: a machine that is busy may miss one. */
const unansweredMax = 3

interface Record {
  readonly rejections: TokenBucket
  unanswered: number
}

/** Keeps count of what a peer may do sometimes, and not all the time. */
export class Tolerance {
  readonly #clock: Clock
  readonly #records = new Map<PeerId, Record>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns whether it is still tolerable */
  reject(peer: PeerId): boolean {
    return this.#recordOf(peer).rejections.take(1)
  }

  /** @returns whether it is still tolerable */
  leaveUnanswered(peer: PeerId): boolean {
    return ++this.#recordOf(peer).unanswered < unansweredMax
  }

  answer(peer: PeerId): void {
    this.#recordOf(peer).unanswered = 0
  }

  forget(peer: PeerId): void {
    this.#records.delete(peer)
  }

  #recordOf(peer: PeerId): Record {
    const known = this.#records.get(peer)
    if (known !== undefined) return known
    const record = { rejections: new TokenBucket({ clock: this.#clock, ...rejections }), unanswered: 0 }
    this.#records.set(peer, record)
    return record
  }
}
