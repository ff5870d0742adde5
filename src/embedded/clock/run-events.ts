import type { QueuedEvent } from './event-queue.ts'

/** Hears of what a callback has thrown, or its promise was rejected with. */
export type ErrorHandler = (error: unknown) => void

/**
 * Calls back the events of one millisecond, all of them before any of their promises goes on.
 *
 * @returns the promises, none of which can be rejected
 */
export function runEvents(events: readonly QueuedEvent[], onError: ErrorHandler): Promise<void>[] {
  const promises: Promise<void>[] = []
  for (const event of events) {
    try {
      const promise = event.take()?.()
      if (promise !== undefined) promises.push(promise.catch(onError))
    } catch (error) {
      onError(error)
    }
  }
  return promises
}

/** The whole millisecond for which an event is kept that is wanted at a time. */
export function wholeMs(timeMs: number): number {
  if (!Number.isFinite(timeMs)) throw new TypeError(`${timeMs} is not a time.`)
  return Math.ceil(timeMs)
}
