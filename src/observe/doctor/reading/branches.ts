import type { NodeEvidence, TreeBlock } from '../evidence.ts'

/** Where the chains of two nodes part. */
export interface Fork {
  /** The newest block that both chains have. */
  readonly ancestor: TreeBlock
  /** Slots from there to either head. */
  readonly depths: readonly [number, number]
}

/** The chain that ends in a node's head, newest block first, as far as its fork choice tells. */
export function headChain({ consensus: { head, tree = [] } }: NodeEvidence): TreeBlock[] {
  const byRoot = new Map(tree.map((block) => [block.root, block]))
  const chain: TreeBlock[] = []
  for (let block = byRoot.get(head?.root ?? ''); block !== undefined; block = byRoot.get(block.parentRoot)) {
    // A tree that leads back into itself would be walked for ever.
    byRoot.delete(block.root)
    chain.push(block)
  }
  return chain
}

/** @returns undefined when their chains have no block in common, as far as both tell. */
export function forkOf(a: NodeEvidence, b: NodeEvidence): Fork | undefined {
  const [chainA, chainB] = [headChain(a), headChain(b)]
  const rootsOfA = new Set(chainA.map(({ root }) => root))
  const ancestor = chainB.find(({ root }) => rootsOfA.has(root))
  if (ancestor === undefined) return undefined
  const depthOf = (chain: readonly TreeBlock[]) => (chain[0]?.slot ?? ancestor.slot) - ancestor.slot
  return { ancestor, depths: [depthOf(chainA), depthOf(chainB)] }
}

/** Whether neither head descends from the other. */
export function haveParted(a: NodeEvidence, b: NodeEvidence): boolean {
  const fork = forkOf(a, b)
  return fork?.depths.every((depth) => depth > 0) === true
}
