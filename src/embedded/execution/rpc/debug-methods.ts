import { RLP } from '@ethereumjs/rlp'
import { bytesToHex } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import { encodeReceiptRecord } from '../chain/receipts.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { findExecuted, findRecord } from './find-block.ts'
import { RpcError } from './rpc-error.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { type BlockReference, blockNumberSchema, blockSchema, callSchema, hashSchema } from './schemas.ts'
import { simulate } from './simulate.ts'
import { makeTracer, traceBlock, traceConfigSchema } from './trace.ts'

/** Raw data and traces (execution-apis `debug`, Geth's `debug_trace…`). */
export function debugMethods(node: ExecutionNode): RpcMethods {
  return {
    debug_getRawHeader: method([blockSchema], ([block]) => {
      return bytesToHex(RLP.encode(demandRecord(node, block).block.header.raw()))
    }),
    debug_getRawBlock: method([blockSchema], ([block]) => {
      return bytesToHex(demandRecord(node, block).block.serialize())
    }),
    debug_getRawReceipts: method([blockSchema], ([block]) => {
      return demandRecord(node, block).receipts.map((receipt) => bytesToHex(encodeReceiptRecord(receipt)))
    }),
    debug_getRawTransaction: method([hashSchema], ([hash]) => {
      const place = node.chain.transaction(hash)
      const transaction = place?.block.block.transactions[place.index] ?? node.pool.get(hash)?.transaction
      return transaction === undefined ? null : bytesToHex(transaction.serialize())
    }),
    debug_traceTransaction: method([hashSchema, traceConfigSchema], async ([hash, config]) => {
      const place = node.chain.transaction(hash)
      if (place === undefined) throw new RpcError('server', 'transaction not found')
      const [trace] = await traceBlock(node, place.block, config, (index) => index === place.index)
      return trace
    }),
    debug_traceBlockByHash: method([hashSchema, traceConfigSchema], ([hash, config]) =>
      traceWhole(demandRecord(node, { hash, requireCanonical: false }), config),
    ),
    debug_traceBlockByNumber: method([blockNumberSchema, traceConfigSchema], ([number, config]) =>
      traceWhole(demandRecord(node, number), config),
    ),
    debug_traceCall: method([callSchema, blockSchema, traceConfigSchema], async ([call, block, config]) => {
      const tracer = makeTracer(config)
      const executed = await findExecuted(node, block)
      const outcome = await simulate(node, call, executed, { observe: (vm) => tracer.listen(vm) })
      return tracer.result({ ...outcome, failed: outcome.error !== undefined })
    }),
  }

  async function traceWhole(record: BlockRecord, config: Parameters<typeof makeTracer>[0]) {
    const results = await traceBlock(node, record, config)
    return results.map((result, index) => ({ txHash: record.transactionHashes[index], result }))
  }
}

function demandRecord(node: ExecutionNode, reference: BlockReference): BlockRecord {
  const record = findRecord(node, reference)
  if (record === undefined) throw new RpcError('server', 'block not found')
  return record
}
