import type { RequestOptions } from '../../../apis/http-json.ts'
import { messageOf } from '../../../errors.ts'

/** How long a single question may take: a client that hangs must not hang the doctor. */
export const probeTimeoutMs = 2_000

/** What was answered, or why there was no answer. */
export type Answer<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string }

/**
 * Asks one question and waits no longer than `timeoutMs` for the answer, also where the way to the node knows
 * no timeout. Never rejects.
 */
export async function ask<T>(
  question: (options: RequestOptions) => Promise<T>,
  timeoutMs = probeTimeoutMs,
): Promise<Answer<T>> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<Answer<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ problem: `no answer in ${timeoutMs} ms` })
      controller.abort()
    }, timeoutMs)
  })
  const answer = Promise.resolve()
    .then(() => question({ signal: controller.signal, timeoutMs }))
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ problem: messageOf(error) }),
    )
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer))
}

/** As {@link ask}, where it does not matter why there is no answer. */
export async function askFor<T>(
  question: (options: RequestOptions) => Promise<T>,
  timeoutMs?: number,
): Promise<T | undefined> {
  return (await ask(question, timeoutMs)).value
}
