import { UnknownNodeError } from '../network/errors.ts'
import type { EdgePlan, Manifest } from '../plan/manifest.ts'
import { nearestOf } from '../plan/nearest.ts'
import { FaultError } from './errors.ts'
import type { NodeGroups } from './fault.ts'

/** A group of nodes: names, or one of them. */
export type NodeGroup = string | readonly string[]

/** @throws {UnknownNodeError} */
export function checkedNode(name: unknown, { nodes }: Manifest): string {
  const known = nodes.map((node) => node.name)
  if (typeof name === 'string' && known.includes(name)) return name
  throw new UnknownNodeError(String(name), known, nearestOf(name, known))
}

/** @throws {FaultError} when there is no link between the two. */
export function checkedEdge(a: string, b: string, manifest: Manifest): EdgePlan {
  checkedNode(a, manifest)
  checkedNode(b, manifest)
  const edge = manifest.edges.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a))
  if (edge !== undefined) return edge
  const neighbours = manifest.edges.flatMap((one) => (one.a === a ? [one.b] : one.b === a ? [one.a] : []))
  throw new FaultError({
    code: 'fault-invalid',
    problem: a === b ? `A node has no link with itself.` : `There is no link between ${a} and ${b}.`,
    details: [`Neighbours of ${a} in the topology: ${neighbours.join(', ') || 'none'}`],
    facts: { a, b, neighbours },
  })
}

/**
 * Groups of nodes that are to be kept apart. Nodes that none of them names form a further group.
 *
 * @throws {FaultError} for a group without nodes, a node in two groups, and when nobody would be kept apart.
 * @throws {UnknownNodeError}
 */
export function checkedGroups(groups: readonly NodeGroup[], manifest: Manifest, via?: string): NodeGroups {
  if (!Array.isArray(groups)) throw invalid('Groups are a list of lists of names.', { groups })
  const checked = groups.map((group) => (typeof group === 'string' ? [group] : [...group]))
  const named = new Map<string, number>()
  for (const [index, group] of checked.entries()) {
    if (group.length === 0) throw invalid(`Group ${index + 1} has no nodes.`, { groups: checked })
    for (const name of group) {
      checkedNode(name, manifest)
      if (name === via)
        throw invalid(`${name} cannot be in a group and join the groups.`, { groups: checked, via })
      const other = named.get(name)
      if (other !== undefined) {
        throw invalid(`${name} is in group ${other + 1} and in group ${index + 1}.`, { groups: checked })
      }
      named.set(name, index)
    }
  }
  const others = manifest.nodes.map(({ name }) => name).filter((name) => !named.has(name) && name !== via)
  if (checked.length + Math.min(others.length, 1) < 2) {
    throw invalid('That leaves all nodes in one group.', { groups: checked }, [
      'Nodes that no group names form a further group.',
    ])
  }
  return { groups: checked, others }
}

function invalid(
  problem: string,
  facts: Readonly<Record<string, unknown>>,
  details: readonly string[] = [],
): FaultError {
  return new FaultError({ code: 'fault-invalid', problem, details, facts })
}
