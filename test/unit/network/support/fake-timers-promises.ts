/**
 * `node:timers/promises` over the global timers, which Vitest can fake; it does not fake the module itself.
 * For `vi.mock('node:timers/promises', () => import('./support/fake-timers-promises.ts'))`.
 */
export function setTimeout<T>(
  delayMs?: number,
  value?: T,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    const abort = () => {
      clearTimeout(timer)
      reject(aborted(signal))
    }
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value)
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
