import type { ForkChoice } from '../fork-choice/fork-choice.ts'
import type { Root } from '../fork-choice/types.ts'
import type { ChainHead, Reorg } from './chain-events.ts'

/** How the head left its old place: undefined when the new head builds upon the old one. */
export function reorgBetween(
  forkChoice: ForkChoice,
  previous: ChainHead,
  head: ChainHead,
): Reorg | undefined {
  const ancestors = new Set<Root>()
  for (const root of chainOf(forkChoice, head.root)) {
    if (root === previous.root) return undefined
    ancestors.add(root)
  }
  for (const root of chainOf(forkChoice, previous.root)) {
    const slot = forkChoice.getBlock(root)?.slot
    if (ancestors.has(root) && slot !== undefined) {
      return { depth: previous.slot - slot, commonAncestor: root }
    }
  }
  // The old head was pruned, with all of its branch: it had no part in what is final.
  return undefined
}

function* chainOf(forkChoice: ForkChoice, root: Root): Generator<Root> {
  for (let block = forkChoice.getBlock(root); block !== undefined; ) {
    yield block.root
    block = forkChoice.getBlock(block.parentRoot)
  }
}
