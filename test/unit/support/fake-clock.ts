import timersPromises from 'node:timers/promises'
import { afterEach, beforeEach, vi } from 'vitest'
import { useBuiltin } from './builtin.ts'

/** Starts a fake clock for every test of the file, which `node:timers/promises` goes by as well. */
export function useFakeClock(nowMs: number): void {
  useBuiltin(timersPromises, { setTimeout: delay })
  beforeEach(() => void vi.useFakeTimers({ now: nowMs }))
  afterEach(() => void vi.useRealTimers())
}

/** Lets every delay of `node:timers/promises` pass at once, on the clock too: no test waits for a deadline. */
export function useSkippedDelays(): void {
  useBuiltin(timersPromises, { setTimeout: skip })
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())
}

async function skip<T>(delayMs = 1, value?: T): Promise<T> {
  vi.advanceTimersByTime(delayMs)
  // The others get their turn meanwhile, as in a real delay.
  await new Promise(setImmediate)
  return value as T
}

/** `setTimeout` of `node:timers/promises` over the global timers: Vitest fakes only those. */
function delay<T>(
  delayMs?: number,
  value?: T,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    const abort = () => {
      clearTimeout(timer)
      reject(aborted(signal))
    }
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value as T)
    }, delayMs)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** As Node rejects: not with the signal's reason, but with an error of its own that has it as the cause. */
function aborted(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason })
  error.name = 'AbortError'
  return error
}
