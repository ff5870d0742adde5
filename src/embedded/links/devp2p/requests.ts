import type { Clock, Timer } from '../../clock/clock.ts'
import { PeerFaultError } from './errors.ts'

const requestTimeoutMs = 10_000
/** Requests to one peer that may wait for their answers. */
const waitingMax = 64

interface Waiting {
  readonly answerCode: number
  readonly resolve: (body: Uint8Array | undefined) => void
  readonly timer: Timer
}

/** The requests to one peer that it has not answered yet. */
export class PeerRequests {
  readonly #clock: Clock
  readonly #onTimeout: (fault: PeerFaultError) => void
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1

  /** @param onTimeout the peer has not answered in time */
  constructor(clock: Clock, onTimeout: (fault: PeerFaultError) => void) {
    this.#clock = clock
    this.#onTimeout = onTimeout
  }

  /**
   * @param send sends the request with this number
   * @returns the answer's body; undefined when there is none, as the peer is busy or gone
   */
  ask(answerCode: number, send: (id: number) => void): Promise<Uint8Array | undefined> {
    if (this.#waiting.size >= waitingMax) return Promise.resolve(undefined)
    const id = this.#nextId++
    return new Promise((resolve) => {
      const timer = this.#clock.at(this.#clock.nowMs + requestTimeoutMs, () => {
        this.#onTimeout(new PeerFaultError('stalled', `no answer in ${requestTimeoutMs} ms`))
      })
      this.#waiting.set(id, { answerCode, resolve, timer })
      send(id)
    })
  }

  /** @throws PeerFaultError when nobody has asked for it */
  answer(code: number, id: number, body: Uint8Array): void {
    const waiting = this.#waiting.get(id)
    if (waiting?.answerCode !== code) throw new PeerFaultError('wrong-protocol', 'an answer to no question')
    this.#waiting.delete(id)
    waiting.timer.cancel()
    waiting.resolve(body)
  }

  /** Nothing is going to be answered any more. */
  close(): void {
    for (const { resolve, timer } of this.#waiting.values()) {
      timer.cancel()
      resolve(undefined)
    }
    this.#waiting.clear()
  }
}
