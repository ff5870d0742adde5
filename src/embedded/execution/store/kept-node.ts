import { zeroHash } from '../bytes.ts'
import { ExecutionNode, type ExecutionNodeOptions } from '../execution-node.ts'
import type { ExecutionStore } from './execution-store.ts'

/**
 * An execution node whose blocks outlive this process: it begins with those of the store, and no block is
 * called valid before it is kept there. A disk that fails is told of; the node goes on.
 *
 * @param onError hears of writes that failed
 * @throws StoreError when the store is damaged
 */
export async function openKeptNode(
  options: Omit<ExecutionNodeOptions, 'keep'>,
  store: ExecutionStore,
  onError: (error: unknown) => void,
): Promise<ExecutionNode> {
  let isRestored = false
  const node = new ExecutionNode({
    ...options,
    keep: async (block) => {
      if (isRestored) await store.putBlock(block).catch(onError)
    },
  })
  await store.restore(node)
  isRestored = true
  node.events.on('head', ({ head }) => {
    const state = {
      headBlockHash: head.record.hash,
      safeBlockHash: node.chain.safe?.hash ?? zeroHash,
      finalizedBlockHash: node.chain.finalized?.hash ?? zeroHash,
    }
    store.putForkchoice(state).catch(onError)
  })
  return node
}
