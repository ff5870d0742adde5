import { maxEdges } from './addresses.ts'
import { countOf } from './count-of.ts'
import { connectedComponents, type Edge, fullMesh, line, ring, star } from './graphs.ts'
import { resolveNode } from './node-reference.ts'
import { OptionError } from './option-error.ts'
import type { NodeReference, TopologyOption } from './options.ts'
import { printList } from './print-list.ts'
import { randomSource } from './random.ts'
import { randomGraph } from './random-graph.ts'

const defaultDegree = 4

/**
 * The declared connections, each once, with the lower position first, in ascending order.
 *
 * @throws OptionError when the topology does not fit the nodes.
 */
export function planTopology(
  topology: TopologyOption = 'full-mesh',
  names: readonly string[],
  seed: number,
): Edge[] {
  const edges = edgesOf(topology, names, seed)
  if (edges.length > maxEdges) {
    throw new OptionError({
      field: 'topology',
      problem: `${names.length} nodes would have ${edges.length} edges`,
      given: topology,
      allowed: `at most ${maxEdges} edges`,
      hints: ["A random topology connects many nodes with few edges: { kind: 'random', degree: 8 }."],
    })
  }
  return edges.map(([a, b]): Edge => (a < b ? [a, b] : [b, a])).sort(([a, b], [c, d]) => a - c || b - d)
}

function edgesOf(topology: TopologyOption, names: readonly string[], seed: number): Edge[] {
  const nodes = names.length
  switch (topology) {
    case 'full-mesh':
      return fullMesh(nodes)
    case 'star':
      return star(nodes, 0)
    case 'ring':
      return ring(nodes)
    case 'line':
      return line(nodes)
    case 'random':
      return randomGraph(nodes, Math.min(defaultDegree, nodes - 1), randomSource('topology', seed))
  }
  if ('edges' in topology) return explicitEdges(topology.edges, topology.allowDisconnected ?? false, names)
  if (topology.kind === 'star') return star(nodes, resolveNode(topology.hub ?? 0, names, 'topology.hub'))
  const degree = topology.degree ?? Math.min(defaultDegree, nodes - 1)
  return randomGraph(nodes, checkedDegree(degree, nodes), randomSource('topology', seed))
}

function checkedDegree(degree: number, nodes: number): number {
  const [min, max] = [Math.min(2, nodes - 1), nodes - 1]
  if (degree >= min && degree <= max) return degree
  throw new OptionError({
    field: 'topology.degree',
    problem: `${countOf(nodes, 'node')} cannot be connected with ${countOf(degree, 'peer')} each`,
    given: degree,
    allowed: min === max ? `${max}` : `an integer from ${min} to ${max}`,
  })
}

function explicitEdges(
  pairs: readonly (readonly [NodeReference, NodeReference])[],
  allowDisconnected: boolean,
  names: readonly string[],
): Edge[] {
  const firstPosition = new Map<string, number>()
  const edges = pairs.map((pair, position): Edge => {
    const field = `topology.edges[${position}]`
    const a = resolveNode(pair[0], names, `${field}[0]`)
    const b = resolveNode(pair[1], names, `${field}[1]`)
    if (a === b) {
      throw new OptionError({ field, problem: 'it connects a node with itself', given: pair })
    }
    const key = a < b ? `${a}-${b}` : `${b}-${a}`
    const earlier = firstPosition.get(key)
    if (earlier !== undefined) {
      throw new OptionError({ field, problem: `it repeats topology.edges[${earlier}]`, given: pair })
    }
    firstPosition.set(key, position)
    return [a, b]
  })
  if (!allowDisconnected) checkConnected(edges, names)
  return edges
}

function checkConnected(edges: readonly Edge[], names: readonly string[]): void {
  const components = connectedComponents(names.length, edges)
  if (components.length === 1) return
  throw new OptionError({
    field: 'topology.edges',
    problem: `they leave the nodes in ${components.length} groups that cannot reach each other`,
    hints: [
      ...components
        .slice(0, 5)
        .map((component) => `  ${printList(component.map((node) => names[node] ?? `${node}`))}`),
      ...(components.length > 5 ? ['  …'] : []),
      'Add edges between the groups, or set topology.allowDisconnected: true.',
    ],
  })
}
