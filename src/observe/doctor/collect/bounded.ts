import type { RequestOptions } from '../../../apis/http-json.ts'
import { messageOf } from '../../../errors.ts'

/** How long a single question may take: a client that hangs must not hang the doctor. */
export const probeTimeoutMs = 2_000

/** What was answered, or why there was no answer. */
export type Answer<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string }

export interface AskOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
}

/**
 * Asks one question and waits no longer than `timeoutMs` for the answer, also where the way to the node knows
 * no timeout. Rejects only when the signal is aborted.
 */
export async function ask<T>(
  question: (options: RequestOptions) => Promise<T>,
  { signal, timeoutMs = probeTimeoutMs }: AskOptions = {},
): Promise<Answer<T>> {
  signal?.throwIfAborted()
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const ended = AbortSignal.any([timeout.signal, ...(signal === undefined ? [] : [signal])])
  const silence = new Promise<Answer<T>>((resolve, reject) => {
    ended.addEventListener('abort', () => {
      if (signal?.aborted) reject(signal.reason)
      else resolve({ problem: `no answer in ${timeoutMs} ms` })
    })
  })
  const answer = Promise.resolve()
    .then(() => question({ signal: ended, timeoutMs }))
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ problem: messageOf(error) }),
    )
  return Promise.race([silence, answer]).finally(() => clearTimeout(timer))
}

/** As {@link ask}, where it does not matter why there is no answer. */
export async function askFor<T>(
  question: (options: RequestOptions) => Promise<T>,
  options?: AskOptions,
): Promise<T | undefined> {
  return (await ask(question, options)).value
}
