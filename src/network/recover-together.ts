import type { ExecutionBlock } from '../apis/execution-api.ts'
import type { Node } from './node.ts'

/**
 * After a crash of all nodes at once: each has lost other last blocks, and if each went on from its own they
 * would build as many branches. So the execution clients are run alone for a moment, the last block that all
 * have is found, and all nodes are set to go on from its parent.
 */
export async function recoverTogether(nodes: readonly Node[], signal: AbortSignal): Promise<void> {
  try {
    await Promise.all(nodes.map((node) => node.startExecutionAlone(signal)))
    const block = await lastCommonBlock(nodes, signal)
    if (block !== undefined) await Promise.all(nodes.map((node) => node.resumeBefore(block, signal)))
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function lastCommonBlock(
  nodes: readonly Node[],
  signal: AbortSignal,
): Promise<ExecutionBlock | undefined> {
  const heads = await Promise.all(nodes.map(({ executionApi }) => executionApi.blockNumber({ signal })))
  for (let number = Math.min(...heads); number >= 0; number--) {
    const tag = `0x${number.toString(16)}`
    const blocks = await Promise.all(nodes.map(({ executionApi }) => executionApi.block(tag, { signal })))
    const [first] = blocks
    if (first && blocks.every((block) => block?.hash === first.hash)) return first
  }
  return undefined
}
