import { bytesToHex } from '../bytes.ts'
import type { BlockRecord, ExecutedBlock } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { pendingBlock } from './pending-block.ts'
import { RpcError } from './rpc-error.ts'
import type { BlockReference } from './schemas.ts'

/**
 * The block a request means; undefined when this node does not have it.
 * Safe and finalized are the genesis until the consensus layer has named others, as its own checkpoints are.
 */
export function findRecord(node: ExecutionNode, reference: BlockReference): BlockRecord | undefined {
  const { chain } = node
  if ('number' in reference) return chain.canonical(Number(reference.number))
  if ('hash' in reference) {
    const record = chain.record(reference.hash)
    if (record !== undefined && reference.requireCanonical && !chain.isCanonical(record)) {
      throw new RpcError('server', 'hash is not currently canonical')
    }
    return record
  }
  switch (reference.tag) {
    case 'earliest':
      return chain.genesis
    case 'safe':
      return chain.safe ?? chain.genesis
    case 'finalized':
      return chain.finalized ?? chain.genesis
    default:
      return chain.head.record
  }
}

/** The block a request means, with its state. @throws RpcError when it is not there. */
export async function findExecuted(node: ExecutionNode, reference: BlockReference): Promise<ExecutedBlock> {
  if ('tag' in reference && reference.tag === 'pending') return pendingBlock(node)
  const record = findRecord(node, reference)
  if (record === undefined) throw new RpcError('server', 'header not found')
  const executed = node.chain.executed(record.hash)
  if (executed !== undefined) return executed
  throw new RpcError(
    'server',
    `missing trie node ${bytesToHex(record.block.header.stateRoot)}: the state of block ${record.number} is no longer kept`,
  )
}
