import type { Hex } from '../../../plan/manifest.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { findRecord } from './find-block.ts'
import type { FormattedLog } from './format.ts'
import { RpcError } from './rpc-error.ts'
import type { BlockReference, LogFilterRequest } from './schemas.ts'
import { type LogCriteria, logsOf } from './select-logs.ts'

/** Blocks that one query may span, and logs that it may give. */
const rangeBlocksMax = 10_000
const logsMax = 20_000

export function criteriaOf({ address, topics }: LogFilterRequest): LogCriteria {
  return {
    addresses: address ?? [],
    topics: (topics ?? []).map((topic) => {
      const wanted: readonly (Hex | null)[] = topic ?? []
      // A list with a null in it matches anything, as null itself does.
      return wanted.includes(null) ? [] : wanted.filter((one) => one !== null)
    }),
  }
}

/** All logs of the canonical chain that a filter means. @throws RpcError when it spans too much. */
export function queryLogs(node: ExecutionNode, filter: LogFilterRequest): FormattedLog[] {
  const criteria = criteriaOf(filter)
  const logs: FormattedLog[] = []
  for (const record of blocksOf(node, filter)) {
    logs.push(...logsOf(record, criteria))
    if (logs.length > logsMax) throw new RpcError('server', `query returned more than ${logsMax} results`)
  }
  return logs
}

function* blocksOf(node: ExecutionNode, filter: LogFilterRequest): Generator<BlockRecord> {
  const { blockHash, fromBlock, toBlock } = filter
  if (blockHash !== undefined) {
    if (fromBlock || toBlock) {
      throw new RpcError('invalidParams', 'cannot specify both BlockHash and FromBlock/ToBlock')
    }
    const record = node.chain.record(blockHash)
    if (record === undefined) throw new RpcError('server', 'unknown block')
    yield record
    return
  }
  const latest = node.chain.head.record.number
  const first = numberOf(node, fromBlock ?? { tag: 'latest' })
  const last = Math.min(numberOf(node, toBlock ?? { tag: 'latest' }), latest)
  if (first > numberOf(node, toBlock ?? { tag: 'latest' })) {
    throw new RpcError('server', 'invalid block range params')
  }
  if (last - first >= rangeBlocksMax) {
    throw new RpcError('server', `exceed maximum block range: ${rangeBlocksMax}`)
  }
  for (let number = first; number <= last; number++) {
    const record = node.chain.canonical(number)
    if (record !== undefined) yield record
  }
}

function numberOf(node: ExecutionNode, reference: BlockReference): number {
  if ('number' in reference) return Number(reference.number)
  return findRecord(node, reference)?.number ?? 0
}
