import type { Evidence, NodeEvidence } from '../evidence.ts'
import { forkOf, haveParted } from './branches.ts'
import { connectedGroups, groupBy } from './groups.ts'
import { answeringNodes } from './nodes.ts'

/** Slots for which two branches must have grown apart before connected peers can be called split. */
const slotsApartMin = 4

export interface Sides {
  /** Groups of nodes that go ways of their own, the largest first; one, or none, when there is no split. */
  readonly sides: readonly NodeEvidence[][]
  /** Whether peers are still listed across: the heads alone tell of the split. */
  readonly areConnected: boolean
}

/**
 * The sides of a split, from peers and heads alone. Without connections a group of two is a side; so is a single
 * node that had a part in the chain before and has stake to go on alone. A single node that never had a block
 * of the others, or that only follows, has no peers, which is another cause.
 */
export function sidesOf(evidence: Evidence): Sides {
  const groups = connectedGroups(evidence)
  const sides = groups.filter((group) => group.length > 1 || isSideAlone(group, groups))
  if (groups.length > 1) return { sides, areConnected: false }
  return { sides: branchesOf(evidence), areConnected: true }
}

function isSideAlone([node]: readonly NodeEvidence[], groups: readonly NodeEvidence[][]): boolean {
  if (node === undefined || node.held.count === 0) return false
  const others = groups.flat().filter((other) => other !== node)
  return others.some((other) => {
    const fork = forkOf(node, other)
    // What the others have finalized since hides where they parted; nobody justifies anything alone.
    if (fork === undefined) return (node.consensus.finality?.justifiedEpoch ?? 0) > 0
    return fork.ancestor.slot > 0
  })
}

/** Nodes whose chains have grown apart for so long that no block can have passed between them. */
function branchesOf(evidence: Evidence): NodeEvidence[][] {
  const nodes = answeringNodes(evidence).filter(({ consensus }) => consensus.head !== undefined)
  return groupBy(nodes, (a, b) => !haveGrownApart(a, b))
}

function haveGrownApart(a: NodeEvidence, b: NodeEvidence): boolean {
  return haveParted(a, b) && forkOf(a, b)?.depths.every((depth) => depth >= slotsApartMin) === true
}
