import { ForkChoiceError } from '../fork-choice/errors.ts'
import type { ForkChoice } from '../fork-choice/fork-choice.ts'

/** What the checks of a step say of the store, after every block and at every slot. */
export function storeChecks(forkChoice: ForkChoice): object {
  const { timeMs, justifiedCheckpoint, finalizedCheckpoint, proposerBoostRoot } = forkChoice
  return {
    time: timeMs / 1000,
    ...headCheck(forkChoice),
    justified_checkpoint: justifiedCheckpoint,
    finalized_checkpoint: finalizedCheckpoint,
    proposer_boost_root: proposerBoostRoot,
  }
}

/** All heads that might be chosen, with their exact weights. */
export function viableHeadsCheck(forkChoice: ForkChoice): object {
  return {
    viable_for_head_roots_and_weights: forkChoice
      .getViableHeads()
      .map(({ root }) => ({ root, weight: Number(forkChoice.getWeightGwei(root)) })),
  }
}

function headCheck(forkChoice: ForkChoice): object {
  try {
    const { slot, root } = forkChoice.getHead()
    return { head: { slot, root } }
  } catch (error) {
    // Without a head there is nothing to compare.
    if (error instanceof ForkChoiceError && error.reason === 'no-head') return {}
    throw error
  }
}
