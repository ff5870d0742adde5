import type { Clock, Timer } from '../../../../../src/embedded/clock/clock.ts'
import { RealClock } from '../../../../../src/embedded/clock/real-clock.ts'

interface Waiting {
  readonly timeMs: number
  readonly callback: () => void | Promise<void>
  timer: Timer
}

/** The system's time, which a test can take a leap forward, so that no test sits out a deadline. */
export class SkippingClock implements Clock {
  readonly #clock: RealClock
  readonly #waiting = new Set<Waiting>()
  #skippedMs = 0
  #heldMs: number | undefined

  constructor(onError: (error: unknown) => void) {
    this.#clock = new RealClock({ onError })
  }

  get nowMs(): number {
    return this.#clock.nowMs + this.#skippedMs
  }

  at(timeMs: number, callback: () => void | Promise<void>): Timer {
    const waiting: Waiting = { timeMs, callback, timer: { cancel: () => {} } }
    this.#waiting.add(waiting)
    this.#wait(waiting)
    return {
      cancel: () => {
        this.#waiting.delete(waiting)
        waiting.timer.cancel()
      },
    }
  }

  /** Goes back to the time of the last call of this, so that what counts by the second sees one burst. */
  standStill(): void {
    this.#heldMs ??= this.nowMs
    this.#skippedMs -= this.nowMs - this.#heldMs
  }

  /** What falls due in between is called at once, in order. */
  skip(durationMs: number): void {
    this.#skippedMs += durationMs
    const all = [...this.#waiting].toSorted((a, b) => a.timeMs - b.timeMs)
    for (const waiting of all) {
      waiting.timer.cancel()
      this.#wait(waiting)
    }
  }

  close(): void {
    this.#clock.close()
  }

  #wait(waiting: Waiting): void {
    waiting.timer = this.#clock.at(waiting.timeMs - this.#skippedMs, () => {
      this.#waiting.delete(waiting)
      return waiting.callback()
    })
  }
}
