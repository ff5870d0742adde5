import { bytesToHex } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { findExecuted, findRecord } from './find-block.ts'
import { formatReceipt, formatTransaction } from './format.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { blockNumberSchema, dataBytesSchema, hashSchema, quantity64Schema } from './schemas.ts'

/** Transactions and their receipts (execution-apis `eth/transaction.yaml`, `eth/submit.yaml`). */
export function transactionMethods(node: ExecutionNode): RpcMethods {
  const nthOf = (record: BlockRecord | undefined, index: bigint) => {
    const transaction = record?.block.transactions[Number(index)]
    if (record === undefined || transaction === undefined) return null
    return formatTransaction(transaction, { record, index: Number(index) })
  }
  const rawNthOf = (record: BlockRecord | undefined, index: bigint) => {
    const transaction = record?.block.transactions[Number(index)]
    return transaction === undefined ? null : bytesToHex(transaction.serialize())
  }
  const find = (hash: ReturnType<typeof hashSchema.parse>) => {
    const place = node.chain.transaction(hash)
    if (place === undefined) return { transaction: node.pool.get(hash)?.transaction, place: undefined }
    const { block: record, index } = place
    return { transaction: record.block.transactions[index], place: { record, index } }
  }
  return {
    eth_sendRawTransaction: method(
      [dataBytesSchema],
      async ([raw]) => (await node.sendRawTransaction(raw)).hash,
    ),
    eth_getTransactionByHash: method([hashSchema], ([hash]) => {
      const { transaction, place } = find(hash)
      return transaction === undefined ? null : formatTransaction(transaction, place)
    }),
    eth_getRawTransactionByHash: method([hashSchema], ([hash]) => {
      const { transaction } = find(hash)
      return transaction === undefined ? null : bytesToHex(transaction.serialize())
    }),
    eth_getTransactionByBlockHashAndIndex: method([hashSchema, quantity64Schema], ([hash, index]) =>
      nthOf(node.chain.record(hash), index),
    ),
    eth_getTransactionByBlockNumberAndIndex: method(
      [blockNumberSchema, quantity64Schema],
      async ([number, index]) =>
        'tag' in number && number.tag === 'pending'
          ? nthOf((await findExecuted(node, number)).record, index)
          : nthOf(findRecord(node, number), index),
    ),
    eth_getRawTransactionByBlockHashAndIndex: method([hashSchema, quantity64Schema], ([hash, index]) =>
      rawNthOf(node.chain.record(hash), index),
    ),
    eth_getRawTransactionByBlockNumberAndIndex: method(
      [blockNumberSchema, quantity64Schema],
      ([number, index]) => rawNthOf(findRecord(node, number), index),
    ),
    eth_getTransactionReceipt: method([hashSchema], ([hash]) => {
      const place = node.chain.transaction(hash)
      return place === undefined ? null : formatReceipt({ record: place.block, index: place.index })
    }),
  }
}
