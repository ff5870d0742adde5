import { type Edge, ring } from './graphs.ts'
import type { RandomSource } from './random.ts'

/** Proposed swaps per edge; about ten mix a graph of this size well. */
const swapsPerEdge = 10

/**
 * A random connected graph where every node has the given degree, or one node has one less when both
 * numbers are odd and no such graph exists.
 *
 * It starts as a circulant graph on shuffled nodes, which has the right degrees. The ring in it stays, so
 * that it always is connected; all other edges are mixed by swaps that keep every degree. (Nearly all
 * random regular graphs contain such a ring, so little is lost.)
 *
 * @param degree from 2 to nodes - 1; for one and two nodes, nodes - 1.
 */
export function randomGraph(nodes: number, degree: number, random: RandomSource): Edge[] {
  const order = random.shuffle(Array.from({ length: nodes }, (_, node) => node))
  const place = ([a, b]: Edge): Edge => [order[a] ?? a, order[b] ?? b]
  if (nodes < 3) return ring(nodes).map(place)
  const backbone = ring(nodes)
  return [...backbone, ...mixed(chords(nodes, degree), backbone, random)].map(place)
}

/** The circulant graph's edges besides its ring. */
function chords(nodes: number, degree: number): Edge[] {
  const edges: Edge[] = []
  for (let offset = 2; offset <= Math.floor(degree / 2); offset++) {
    for (let node = 0; node < nodes; node++) edges.push([node, (node + offset) % nodes])
  }
  if (degree % 2 === 1) {
    // A matching across the ring; with an odd number of nodes, the last one stays without a partner.
    const half = Math.floor(nodes / 2)
    for (let node = 0; node < half; node++) edges.push([node, node + half])
  }
  return edges
}

/** Replaces pairs of edges a-b, c-d by a-d, c-b wherever that makes no loop and no second edge. */
function mixed(edges: readonly Edge[], fixed: readonly Edge[], random: RandomSource): Edge[] {
  const result = [...edges]
  const present = new Set([...fixed, ...edges].map(keyOf))
  if (result.length < 2) return result
  for (let swap = 0; swap < edges.length * swapsPerEdge; swap++) {
    const [first, second] = [random.below(result.length), random.below(result.length)]
    const [one, other] = [result[first], result[second]]
    if (one === undefined || other === undefined || first === second) continue
    const [a, b] = one
    // Turning the second edge round at random makes the other way to swap as likely.
    const [c, d] = random.below(2) === 0 ? other : [other[1], other[0]]
    const swapped: [Edge, Edge] = [
      [a, d],
      [c, b],
    ]
    if (a === d || c === b || swapped.some((edge) => present.has(keyOf(edge)))) continue
    present.delete(keyOf(one))
    present.delete(keyOf(other))
    for (const edge of swapped) present.add(keyOf(edge))
    result[first] = swapped[0]
    result[second] = swapped[1]
  }
  return result
}

/** The same number for both directions; an edge needs less than 21 bits for each end. */
function keyOf([a, b]: Edge): number {
  return Math.min(a, b) * 2 ** 21 + Math.max(a, b)
}
