import { expect } from 'vitest'
import type { Edge } from '../../../src/plan/graphs.ts'
import type { TopologyOption } from '../../../src/plan/options.ts'
import { planTopology } from '../../../src/plan/topology.ts'

function namesOf(nodes: number): string[] {
  return Array.from({ length: nodes }, (_, node) => `node-${node}`)
}

export function planGraph(topology: TopologyOption, nodes: number, seed = 1): Edge[] {
  return planTopology(topology, namesOf(nodes), seed)
}

export function degreesOf(nodes: number, edges: readonly Edge[]): number[] {
  const degrees = new Array<number>(nodes).fill(0)
  for (const [a, b] of edges) {
    degrees[a] = (degrees[a] ?? 0) + 1
    degrees[b] = (degrees[b] ?? 0) + 1
  }
  return degrees
}

/** By union-find, and so independent of how the plan looks for components. */
export function isConnected(nodes: number, edges: readonly Edge[]): boolean {
  const parents = Array.from({ length: nodes }, (_, node) => node)
  const rootOf = (node: number): number => {
    const parent = parents[node] ?? node
    if (parent === node) return node
    const root = rootOf(parent)
    parents[node] = root
    return root
  }
  for (const [a, b] of edges) parents[rootOf(a)] = rootOf(b)
  return new Set(parents.map(rootOf)).size === 1
}

export function expectSimple(edges: readonly Edge[], nodes: number): void {
  expect(edges.every(([a, b]) => 0 <= a && a < b && b < nodes)).toBe(true)
  expect(new Set(codesOf(edges, nodes)).size).toBe(edges.length)
}

/** A number for each edge, ordered as the edges are: there are up to 20,000 to compare. */
export function codesOf(edges: readonly Edge[], nodes: number): Float64Array {
  return Float64Array.from(edges, ([a, b]) => a * nodes + b)
}

export function isAscending(codes: Float64Array): boolean {
  return codes.every((code, i) => i === 0 || code > (codes[i - 1] ?? code))
}
