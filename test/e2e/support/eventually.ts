import type { Network } from 'eth-localnet'

/**
 * Repeats a check, at most once a slot of the network's own time, until it passes.
 *
 * @throws what it threw last, when that many slots have gone by
 */
export async function eventually<T>(
  network: Network,
  withinSlots: number,
  check: () => T | Promise<T>,
): Promise<T> {
  for (let slotsLeft = withinSlots; ; slotsLeft--) {
    try {
      return await check()
    } catch (error) {
      if (slotsLeft === 0) throw error
      await network.waitForSlots(1)
    }
  }
}
