import type { Clock } from '../clock/clock.ts'

/** Tells a node of a failure of its own that nobody waits for: by its clock, which hears of all others too. */
export function failNode(clock: Clock, error: unknown): void {
  clock.at(clock.nowMs, () => {
    throw error
  })
}
