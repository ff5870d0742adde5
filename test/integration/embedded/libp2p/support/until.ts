import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 10

/** Waits until something holds. @throws after `timeoutMs`, with what was seen last */
export async function until(
  what: string,
  holds: () => boolean,
  { timeoutMs = 15_000, seen = () => '' }: { timeoutMs?: number; seen?: () => unknown } = {},
): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs)
  while (!holds()) {
    if (deadline.aborted) {
      throw new Error(`Not within ${timeoutMs} ms: ${what}. Seen: ${JSON.stringify(seen())}`)
    }
    await pause(lookEveryMs)
  }
}
