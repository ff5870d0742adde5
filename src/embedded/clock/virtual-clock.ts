import { BaseError } from '../../errors.ts'
import type { Clock, Timer } from './clock.ts'
import { afterRealTime, EventLoopShare, promisesAtRest } from './event-loop.ts'
import { type Callback, EventQueue } from './event-queue.ts'
import { type ErrorHandler, runEvents, wholeMs } from './run-events.ts'

/** Rounds of callbacks in one millisecond, each asked for by the one before. */
const roundsMax = 10_000

const defaultStallMs = 10_000

export interface VirtualClockOptions {
  /** Unix time at which it starts; whole milliseconds. */
  readonly startMs: number
  /** Hears of every error of a callback, and of stalls. The clock goes on after either. */
  readonly onError: ErrorHandler
  /** Real time that callbacks of one millisecond may take before time goes on without them. @default 10_000 */
  readonly stallMs?: number
}

/** What callbacks wait for does not come, most likely because it needs the time that stands still for them. */
export class VirtualTimeStalledError extends BaseError {
  constructor(timeMs: number, unsettled: number, stallMs: number) {
    super({
      code: 'virtual-time-stalled',
      category: 'runtime',
      shortMessage: `Virtual time stood still at ${timeMs} for ${stallMs} ms, and went on without ${unsettled} callbacks.`,
      metaMessages: ['A callback must not return a promise that waits for a later time, or for a response.'],
      facts: { timeMs, unsettled, stallMs },
    })
  }
}

/** Callbacks ask for more callbacks at the same time, without end. */
export class VirtualTimeLoopError extends BaseError {
  constructor(timeMs: number) {
    super({
      code: 'virtual-time-loop',
      category: 'runtime',
      shortMessage: `Virtual time cannot leave ${timeMs}: callbacks keep asking for more at this very time.`,
      metaMessages: ['What repeats must ask for a time that is later than now.'],
      facts: { timeMs },
    })
  }
}

/**
 * Time that passes when somebody advances it, as fast as the work at each moment can be done. It stands still
 * while callbacks are at work, and until all that follows from them in promises alone is done as well: what
 * happens when does not depend on the speed of the machine.
 */
export class VirtualClock implements Clock {
  readonly #queue = new EventQueue()
  readonly #onError: ErrorHandler
  readonly #stallMs: number
  readonly #share = new EventLoopShare()
  #nowMs: number
  #advancing: Promise<void> = Promise.resolve()

  constructor({ startMs, onError, stallMs = defaultStallMs }: VirtualClockOptions) {
    this.#nowMs = wholeMs(startMs)
    this.#onError = onError
    this.#stallMs = stallMs
  }

  get nowMs(): number {
    return this.#nowMs
  }

  at(timeMs: number, callback: Callback): Timer {
    return this.#queue.add(Math.max(this.#nowMs, wholeMs(timeMs)), callback)
  }

  /**
   * Lets time pass up to a moment, and runs all that happens until then, that moment included. Callers who
   * advance at once take turns; a callback must not wait for its own clock.
   *
   * @throws the signal's reason, between two moments; the rest can be run by advancing again
   * @throws {VirtualTimeLoopError}
   */
  advanceTo(timeMs: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const targetMs = wholeMs(timeMs)
    const advanced = this.#advancing.then(() => this.#run(targetMs, signal))
    // One caller's failure is not the next one's.
    this.#advancing = advanced.catch(() => {})
    return advanced
  }

  async #run(targetMs: number, signal: AbortSignal | undefined): Promise<void> {
    let rounds = 0
    for (;;) {
      await promisesAtRest()
      signal?.throwIfAborted()
      const nextMs = this.#queue.nextTimeMs
      if (nextMs === undefined || nextMs > Math.max(targetMs, this.#nowMs)) break
      rounds = nextMs === this.#nowMs ? rounds + 1 : 0
      if (rounds > roundsMax) throw new VirtualTimeLoopError(nextMs)
      this.#nowMs = nextMs
      const promises = runEvents(this.#queue.takeEarliest(), this.#onError)
      if (promises.length > 0) await this.#settled(promises)
      const turn = this.#share.giveTurn()
      if (turn !== undefined) await turn
    }
    this.#nowMs = Math.max(targetMs, this.#nowMs)
  }

  /** Waits for all, or until it is plain that they wait in vain. */
  async #settled(promises: readonly Promise<void>[]): Promise<void> {
    let unsettled = promises.length
    let wake = (): void => {}
    for (const promise of promises) {
      void promise.then(() => {
        if (--unsettled === 0) wake()
      })
    }
    await promisesAtRest()
    if (unsettled === 0) return
    await new Promise<void>((resolve) => {
      const stopWatching = afterRealTime(this.#stallMs, () => {
        this.#onError(new VirtualTimeStalledError(this.#nowMs, unsettled, this.#stallMs))
        resolve()
      })
      wake = () => {
        stopWatching()
        resolve()
      }
    })
  }
}
