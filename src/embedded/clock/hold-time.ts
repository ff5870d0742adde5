import type { Clock } from './clock.ts'

/**
 * Lets virtual time stand still until some work is done. For work that waits for something outside, such as a
 * disk, and that no callback's promise stands for; what goes on in promises alone needs no holding.
 *
 * @param work must not wait for a later time, nor for what arrives at one
 */
export function holdTime<Result>(clock: Clock, work: Promise<Result>): Promise<Result> {
  const isDone = work.then(
    () => {},
    // Whoever asked for the work hears of its failure.
    () => {},
  )
  clock.at(clock.nowMs, () => isDone)
  return work
}
