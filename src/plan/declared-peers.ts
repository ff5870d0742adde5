import type { EdgePlan } from './manifest.ts'

/** Peers that a node is declared to have. */
export function declaredPeers(edges: readonly Pick<EdgePlan, 'a' | 'b'>[], name: string): string[] {
  return edges.flatMap(({ a, b }) => (a === name ? [b] : b === name ? [a] : []))
}
