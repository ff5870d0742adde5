import type { Clock, Timer } from '../../../../src/embedded/clock/clock.ts'

interface Waiting {
  readonly timeMs: number
  readonly callback: () => void | Promise<void>
}

/** A clock that a test sets. */
export class ManualClock implements Clock {
  nowMs: number
  #waiting: Waiting[] = []

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  /** How many callbacks wait. */
  get pending(): number {
    return this.#waiting.length
  }

  at(timeMs: number, callback: () => void | Promise<void>): Timer {
    const waiting = { timeMs, callback }
    this.#waiting.push(waiting)
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
      },
    }
  }

  /** Goes there, and calls what falls due on the way at its time, in order. */
  async advanceTo(timeMs: number): Promise<void> {
    for (let next = this.#nextUntil(timeMs); next !== undefined; next = this.#nextUntil(timeMs)) {
      this.#waiting = this.#waiting.filter((other) => other !== next)
      this.nowMs = Math.max(this.nowMs, next.timeMs)
      await next.callback()
    }
    this.nowMs = Math.max(this.nowMs, timeMs)
  }

  #nextUntil(timeMs: number): Waiting | undefined {
    const due = this.#waiting.filter((waiting) => waiting.timeMs <= timeMs)
    return due.toSorted((a, b) => a.timeMs - b.timeMs)[0]
  }
}
