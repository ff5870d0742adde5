import { setTimeout } from 'node:timers/promises'

/** As Node's own, but an abort rejects with the signal's reason, which tells more than that it was aborted. */
export async function delay(durationMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(durationMs, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
