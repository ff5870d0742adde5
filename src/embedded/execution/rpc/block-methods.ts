import { z } from 'zod'
import { quantity } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { findExecuted, findRecord } from './find-block.ts'
import { formatBlock, formatReceipt } from './format.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import {
  type BlockReference,
  blockNumberSchema,
  blockSchema,
  hashSchema,
  quantity64Schema,
} from './schemas.ts'

const isFullSchema = z.boolean().default(false)

/** Blocks and what is in them (execution-apis `eth/block.yaml`). */
export function blockMethods(node: ExecutionNode): RpcMethods {
  const byHash = (hash: z.output<typeof hashSchema>) => node.chain.record(hash)
  const byNumber = async (reference: BlockReference): Promise<BlockRecord | undefined> =>
    'tag' in reference && reference.tag === 'pending'
      ? (await findExecuted(node, reference)).record
      : findRecord(node, reference)
  const receiptsOf = (record: BlockRecord | undefined) =>
    record === undefined ? null : record.receipts.map((_, index) => formatReceipt({ record, index }))
  const countOf = (record: BlockRecord | undefined) =>
    record === undefined ? null : quantity(record.transactionHashes.length)
  const unclesOf = (record: BlockRecord | undefined) => (record === undefined ? null : '0x0')
  return {
    eth_blockNumber: method([], () => quantity(node.chain.head.record.number)),
    eth_getBlockByHash: method([hashSchema, isFullSchema], ([hash, isFull]) => {
      const record = byHash(hash)
      return record === undefined ? null : formatBlock(record, isFull)
    }),
    eth_getBlockByNumber: method([blockNumberSchema, isFullSchema], async ([number, isFull]) => {
      const record = await byNumber(number)
      if (record === undefined) return null
      const isPending = 'tag' in number && number.tag === 'pending'
      // A block that is in no chain yet has no identity to ask for it by.
      const unknown = isPending ? { hash: null, nonce: null } : {}
      return { ...formatBlock(record, isFull), ...unknown }
    }),
    eth_getBlockReceipts: method([blockSchema], ([block]) => receiptsOf(findRecord(node, block))),
    eth_getBlockTransactionCountByHash: method([hashSchema], ([hash]) => countOf(byHash(hash))),
    eth_getBlockTransactionCountByNumber: method([blockNumberSchema], async ([number]) =>
      countOf(await byNumber(number)),
    ),
    eth_getUncleCountByBlockHash: method([hashSchema], ([hash]) => unclesOf(byHash(hash))),
    eth_getUncleCountByBlockNumber: method([blockNumberSchema], async ([number]) =>
      unclesOf(await byNumber(number)),
    ),
    // Proof-of-stake blocks have no uncles.
    eth_getUncleByBlockHashAndIndex: method([hashSchema, quantity64Schema], () => null),
    eth_getUncleByBlockNumberAndIndex: method([blockNumberSchema, quantity64Schema], () => null),
  }
}
