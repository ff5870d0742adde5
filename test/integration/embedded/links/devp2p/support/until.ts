import { setTimeout as delay } from 'node:timers/promises'

/** Waits for something that comes over a socket, for 10 s at most. @param ends whose events tell what went wrong */
export async function until(
  what: string,
  condition: () => boolean,
  ends: readonly { readonly events: readonly object[]; readonly errors: readonly unknown[] }[] = [],
): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  while (!condition()) {
    if (signal.aborted) {
      const seen = ends.map(({ events, errors }) => JSON.stringify({ events, errors: errors.map(String) }))
      throw new Error(`Not in 10 s: ${what}\n${seen.join('\n')}`)
    }
    await delay(5)
  }
}
