/** A connection between two nodes, by position. */
export type Edge = readonly [number, number]

export function fullMesh(nodes: number): Edge[] {
  return range(nodes).flatMap((a) => range(nodes - a - 1).map((offset): Edge => [a, a + offset + 1]))
}

export function star(nodes: number, hub: number): Edge[] {
  return range(nodes).flatMap((node): Edge[] => (node === hub ? [] : [[hub, node]]))
}

export function line(nodes: number): Edge[] {
  return range(nodes - 1).map((node): Edge => [node, node + 1])
}

/** With two nodes, a ring is a line: the second way round would be the same edge. */
export function ring(nodes: number): Edge[] {
  return nodes < 3 ? line(nodes) : [...line(nodes), [nodes - 1, 0]]
}

/** Sets of nodes that are connected with each other, directly or not, each in ascending order. */
export function connectedComponents(nodes: number, edges: readonly Edge[]): number[][] {
  const neighbours = range(nodes).map((): number[] => [])
  for (const [a, b] of edges) {
    neighbours[a]?.push(b)
    neighbours[b]?.push(a)
  }
  const seen = new Set<number>()
  const components: number[][] = []
  for (const start of range(nodes)) {
    if (seen.has(start)) continue
    const component = new Set([start])
    // A set hands out what is added while it is walked, so it is the queue as well.
    for (const node of component) {
      for (const neighbour of neighbours[node] ?? []) component.add(neighbour)
    }
    for (const node of component) seen.add(node)
    components.push([...component].sort((a, b) => a - b))
  }
  return components
}

function range(length: number): number[] {
  return Array.from({ length: Math.max(length, 0) }, (_, position) => position)
}
