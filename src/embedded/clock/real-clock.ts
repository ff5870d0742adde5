import type { Clock, Timer } from './clock.ts'
import { type Callback, EventQueue } from './event-queue.ts'
import { type ErrorHandler, runEvents, wholeMs } from './run-events.ts'

/**
 * How long to sleep at a time. Node's timers do not follow a change of the system's time, nor a machine that
 * was asleep, so the clock is looked at again; and they cannot be longer than 2^31 ms.
 */
const sleepMsMax = 1_000

/** The system's time. It never goes back: when the system's does, it stands still until that has caught up. */
export class RealClock implements Clock {
  readonly #queue = new EventQueue()
  readonly #onError: ErrorHandler
  #latestMs = 0
  #sleep: { readonly untilMs: number; readonly end: () => void } | undefined
  #isClosed = false

  /** @param onError hears of every error of a callback. */
  constructor({ onError }: { onError: ErrorHandler }) {
    this.#onError = onError
  }

  get nowMs(): number {
    this.#latestMs = Math.max(this.#latestMs, Date.now())
    return this.#latestMs
  }

  at(timeMs: number, callback: Callback): Timer {
    const event = this.#queue.add(Math.max(this.nowMs, wholeMs(timeMs)), callback)
    if (!this.#isClosed) this.#sleepUntilNext()
    return event
  }

  /** Nothing is called back any more. */
  close(): void {
    this.#isClosed = true
    this.#sleep?.end()
    this.#queue.clear()
  }

  #sleepUntilNext(): void {
    const nextMs = this.#queue.nextTimeMs
    if (nextMs === undefined || (this.#sleep !== undefined && this.#sleep.untilMs <= nextMs)) return
    this.#sleep?.end()
    const leftMs = nextMs - this.nowMs
    // Events that are overdue run one millisecond a turn, so that servers are heard in between.
    const timer = leftMs > 0 ? setTimeout(this.#onWake, Math.min(leftMs, sleepMsMax)) : undefined
    const immediate = leftMs > 0 ? undefined : setImmediate(this.#onWake)
    const end = () => {
      clearTimeout(timer)
      clearImmediate(immediate)
    }
    this.#sleep = { untilMs: nextMs, end }
  }

  readonly #onWake = (): void => {
    this.#sleep = undefined
    const nextMs = this.#queue.nextTimeMs
    if (nextMs !== undefined && nextMs <= this.nowMs) runEvents(this.#queue.takeEarliest(), this.#onError)
    if (!this.#isClosed) this.#sleepUntilNext()
  }
}

/** The system's time, Unix milliseconds, for what is agreed with other programs: also where time is virtual. */
export function systemTimeMs(): number {
  return Date.now()
}
