import type { RandomSource } from './random.ts'

/** Validators held by each node, in node order. */
export type ValidatorCounts = readonly number[]

/** The same number each; what remains goes to the first nodes, one each. */
export function distributeEvenly(total: number, nodes: number): ValidatorCounts {
  const each = Math.floor(total / nodes)
  const remainder = total % nodes
  return Array.from({ length: nodes }, (_, node) => each + (node < remainder ? 1 : 0))
}

/** Weights n, n - 1, …, 1: the first node holds the most. */
export function descendingWeights(nodes: number): readonly number[] {
  return Array.from({ length: nodes }, (_, node) => nodes - node)
}

/**
 * In proportion to the weights, by the method of largest remainder (Hamilton): everyone gets the whole part
 * of their share, and what is left goes, one each, to the largest fractions, earlier nodes first. The
 * weights are integers, so that shares are exact and the sum always is the total.
 */
export function distributeByWeight(total: number, weights: readonly number[]): ValidatorCounts {
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0)
  const counts = weights.map((weight) => Math.floor((total * weight) / weightSum))
  const left = total - counts.reduce((sum, count) => sum + count, 0)
  const byRemainder = weights
    .map((weight, node) => ({ node, remainder: (total * weight) % weightSum }))
    .sort((a, b) => b.remainder - a.remainder || a.node - b.node)
  const rounded = new Set(byRemainder.slice(0, left).map(({ node }) => node))
  return counts.map((count, node) => (rounded.has(node) ? count + 1 : count))
}

/** All on one node. */
export function distributeToOne(total: number, nodes: number, holder: number): ValidatorCounts {
  return Array.from({ length: nodes }, (_, node) => (node === holder ? total : 0))
}

/** Each validator on a node drawn uniformly, so that a node may hold none. */
export function distributeRandomly(total: number, nodes: number, random: RandomSource): ValidatorCounts {
  const counts = new Array<number>(nodes).fill(0)
  for (let validator = 0; validator < total; validator++) {
    const node = random.below(nodes)
    counts[node] = (counts[node] ?? 0) + 1
  }
  return counts
}

/** Validator indices held by each node: one contiguous range each, in node order, from index 0. */
export function contiguousRanges(counts: ValidatorCounts): { first: number; count: number }[] {
  let next = 0
  return counts.map((count) => {
    const first = next
    next += count
    return { first, count }
  })
}
