import { delay } from '../delay.ts'

/** A network's clock, as its waiters use it. */
export interface NetworkTime {
  /** Unix time. */
  readonly nowMs: number
  /** How often in a slot it is worth to ask the nodes for what is waited for. */
  readonly pollsPerSlot: number
  /** Resolves at that time, or at once when it is past. Virtual time moves on by this alone. */
  until(timeMs: number, signal?: AbortSignal): Promise<void>
}

/** A Node timer longer than 2^31 - 1 ms fires at once. */
const maxTimerMs = 2 ** 31 - 1

export const wallTime: NetworkTime = {
  get nowMs() {
    return Date.now()
  },
  pollsPerSlot: 4,
  async until(timeMs, signal) {
    // Timers may fire a little early, so the clock is asked again.
    for (let wait = timeMs - Date.now(); wait > 0; wait = timeMs - Date.now()) {
      await delay(Math.min(wait, maxTimerMs), signal)
    }
  },
}
