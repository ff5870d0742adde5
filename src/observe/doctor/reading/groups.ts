import type { Evidence, NodeEvidence } from '../evidence.ts'
import { answeringNodes } from './nodes.ts'

/** Whether either of two nodes lists the other as a connected peer of the consensus layer. */
export function areConnected(a: NodeEvidence, b: NodeEvidence): boolean {
  return a.consensus.peers?.includes(b.name) === true || b.consensus.peers?.includes(a.name) === true
}

/** The answering nodes in groups that can reach one another over connected peers, the largest first. */
export function connectedGroups(evidence: Evidence): NodeEvidence[][] {
  return groupBy(answeringNodes(evidence), areConnected)
}

/** Groups of those that are related to one another, directly or through others of the group; the largest first. */
export function groupBy<Item>(
  items: readonly Item[],
  areRelated: (one: Item, other: Item) => boolean,
): Item[][] {
  const left = new Set(items)
  const groups: Item[][] = []
  for (const start of items) {
    if (!left.delete(start)) continue
    const group = [start]
    for (const member of group) {
      for (const other of left) {
        if (!areRelated(member, other)) continue
        group.push(other)
        left.delete(other)
      }
    }
    groups.push(group)
  }
  return groups.sort((a, b) => b.length - a.length)
}
