import type { BlockStore } from '../chain/block-store.ts'
import type { Protocol } from '../protocol/protocol.ts'

/**
 * The latest slot of which any of the stores has a block; undefined when all are new.
 *
 * @throws StoreError
 */
export async function latestStoredSlot(
  stores: readonly BlockStore[],
  protocol: Protocol,
): Promise<number | undefined> {
  let latest: number | undefined
  for (const store of stores) {
    const stored = await store.loadAnchor()
    if (stored === undefined) continue
    const unfinalized = await store.unfinalizedBlocks()
    const slots = unfinalized.map((bytes) => protocol.decodeBlock(bytes).slot)
    latest = Math.max(latest ?? 0, stored.anchor.slot, ...slots)
  }
  return latest
}
