import type { Network } from 'eth-localnet'

/**
 * Asks once a slot of the network's own time, until it is so.
 *
 * @throws after that many slots, with the views of all nodes
 */
export async function waitUntil(
  network: Network,
  what: string,
  withinSlots: number,
  isMet: () => Promise<boolean>,
): Promise<void> {
  for (let slots = 0; slots <= withinSlots; slots++) {
    if (await isMet()) return
    await network.waitForSlots(1)
  }
  throw new Error(`waited ${withinSlots} slots in vain: ${what}; ${JSON.stringify(await network.views())}`)
}
