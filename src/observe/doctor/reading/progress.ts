import type { Evidence, NodeEvidence } from '../evidence.ts'
import { headChain } from './branches.ts'

/** Of all these nodes, one with the newest head. */
export function nodeWithNewestHead(nodes: readonly NodeEvidence[]): NodeEvidence | undefined {
  return [...nodes].sort((a, b) => headSlotOf(b) - headSlotOf(a))[0]
}

/**
 * How many blocks newer than its own head a node lacks of the newest chain among some nodes. Counted in blocks,
 * as slots may be empty, and without the present slot, whose block may still be on its way.
 */
export function blocksMissing(
  node: NodeEvidence,
  among: readonly NodeEvidence[],
  { slots }: Evidence,
): number {
  const newest = nodeWithNewestHead(among)
  if (newest === undefined) return 0
  const isMissing = (slot: number) => slot > headSlotOf(node) && slot < slots.first
  return headChain(newest).filter(({ slot }) => isMissing(slot)).length
}

export function headSlotOf({ consensus }: NodeEvidence): number {
  return consensus.syncing?.headSlot ?? 0
}
