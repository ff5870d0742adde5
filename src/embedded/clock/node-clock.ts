import type { Clock, Timer } from './clock.ts'
import type { Callback } from './event-queue.ts'
import type { ErrorHandler } from './run-events.ts'

export interface NodeClockOptions {
  /** The network's. */
  readonly clock: Clock
  /** Hears of whatever the node's callbacks throw, or reject with. */
  readonly onError: ErrorHandler
  /** By how much this node's clock is ahead of the network's; negative when behind. @default 0 */
  readonly skewMs?: number
}

interface NodeTimer extends Timer {
  readonly timeMs: number
  readonly callback: Callback
  /** In the network's clock; undefined when it fell due while the node was paused. */
  waiting: Timer | undefined
}

/** One node's clock: it can be wrong, it can be stopped, and what fails by it is that node's failure. */
export class NodeClock implements Clock {
  readonly #clock: Clock
  readonly #onError: ErrorHandler
  /** In the order in which they were asked for. */
  readonly #timers = new Set<NodeTimer>()
  /** Those that fell due during a pause, in the order in which they did. */
  readonly #overdue = new Set<NodeTimer>()
  #skewMs: number
  #isPaused = false
  #isClosed = false

  constructor({ clock, onError, skewMs = 0 }: NodeClockOptions) {
    this.#clock = clock
    this.#onError = onError
    this.#skewMs = skewMs
  }

  get nowMs(): number {
    return this.#clock.nowMs + this.#skewMs
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  get skewMs(): number {
    return this.#skewMs
  }

  /** Sets the node's clock. Timers keep the time for which they were asked, by the node's clock. */
  set skewMs(skewMs: number) {
    this.#skewMs = skewMs
    for (const timer of this.#timers) {
      if (timer.waiting === undefined) continue
      timer.waiting.cancel()
      this.#start(timer)
    }
  }

  at(timeMs: number, callback: Callback): Timer {
    const timer: NodeTimer = { timeMs, callback, waiting: undefined, cancel: () => this.#cancel(timer) }
    if (this.#isClosed) return timer
    this.#timers.add(timer)
    this.#start(timer)
    return timer
  }

  /** Cancels all timers, for good: later ones never run either. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) this.#cancel(timer)
  }

  /** Time goes on for this node, but it is not called back. */
  pause(): void {
    this.#isPaused = true
  }

  /** Runs, as soon as possible and in their order, the timers that fell due since the pause. */
  resume(): void {
    this.#isPaused = false
    for (const timer of this.#overdue) this.#start(timer)
    this.#overdue.clear()
  }

  #start(timer: NodeTimer): void {
    timer.waiting = this.#clock.at(timer.timeMs - this.#skewMs, () => this.#run(timer))
  }

  #cancel(timer: NodeTimer): void {
    timer.waiting?.cancel()
    this.#timers.delete(timer)
    this.#overdue.delete(timer)
  }

  #run(timer: NodeTimer): void | Promise<void> {
    timer.waiting = undefined
    if (this.#isPaused) {
      this.#overdue.add(timer)
      return
    }
    this.#timers.delete(timer)
    try {
      return timer.callback()?.catch(this.#onError)
    } catch (error) {
      this.#onError(error)
    }
  }
}
