import type { Manifest } from './manifest.ts'
import { nearestOf } from './nearest.ts'
import { OptionError } from './option-error.ts'
import { printList } from './print-list.ts'

/**
 * The manifest without a node and its edges. No other node changes, even where the rest is not connected
 * any more. Its validators stay in the chain, with nobody to act for them. Its index, and with it its keys,
 * address and ports, is never used again.
 *
 * @throws OptionError when there is no such node, or no other.
 */
export function planRemovedNode(manifest: Manifest, name: string): Manifest {
  const names = manifest.nodes.map((node) => node.name)
  if (!names.includes(name)) {
    throw new OptionError({
      field: 'name',
      problem: 'there is no such node',
      given: name,
      allowed: printList(names),
      nearest: nearestOf(name, names),
    })
  }
  if (names.length === 1) {
    throw new OptionError({
      field: 'name',
      problem: 'the last node of a network cannot be removed',
      given: name,
      hints: ['Stop the network instead.'],
    })
  }
  return {
    ...manifest,
    nodes: manifest.nodes.filter((node) => node.name !== name),
    edges: manifest.edges.filter((edge) => edge.a !== name && edge.b !== name),
  }
}
