import { z } from 'zod'
import { quantity } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import { effectiveTip } from '../chain/effective-price.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { findRecord } from './find-block.ts'
import { RpcError } from './rpc-error.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { blockNumberSchema, quantity64Schema } from './schemas.ts'

const historyBlocksMax = 1024
const percentilesMax = 100
/** The tip is suggested from this many blocks, at this percentile: Geth's gas price oracle. */
const suggestionBlocks = 20
const suggestionPercentile = 60
/** Suggested when no transaction has shown what is paid. */
const defaultTipWei = 1_000_000_000n

const blockCountSchema = z.union([quantity64Schema.transform(Number), z.number().int().nonnegative()])

/** Prices (execution-apis `eth/fee_market.yaml`). */
export function feeMethods(node: ExecutionNode): RpcMethods {
  return {
    eth_gasPrice: method([], () => {
      return quantity(suggestedTip(node) + (node.chain.head.record.block.header.baseFeePerGas ?? 0n))
    }),
    eth_maxPriorityFeePerGas: method([], () => quantity(suggestedTip(node))),
    eth_blobBaseFee: method([], () => {
      const { header } = node.chain.head.record.block
      return quantity(header.calcNextBlobGasPrice(header.common))
    }),
    eth_feeHistory: method(
      [
        blockCountSchema,
        blockNumberSchema,
        z.array(z.number().min(0).max(100)).max(percentilesMax).optional(),
      ],
      ([count, newest, percentiles = []]) => {
        if (percentiles.some((percentile, index) => percentile < (percentiles[index - 1] ?? 0))) {
          throw new RpcError('server', 'invalid reward percentile: must be in ascending order')
        }
        const last = findRecord(node, newest)
        if (last === undefined) throw new RpcError('server', 'request beyond head block')
        return feeHistory(node, Math.min(count, historyBlocksMax), last, percentiles)
      },
    ),
  }
}

function feeHistory(node: ExecutionNode, count: number, last: BlockRecord, percentiles: readonly number[]) {
  const records = lastBlocks(node, last, count)
  const headers = records.map(({ block }) => block.header)
  const newest = last.block.header
  return {
    oldestBlock: quantity(records[0]?.number ?? 0),
    baseFeePerGas: [...headers.map(({ baseFeePerGas }) => baseFeePerGas ?? 0n), newest.calcNextBaseFee()].map(
      quantity,
    ),
    gasUsedRatio: headers.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit)),
    baseFeePerBlobGas: [
      ...headers.map((header) => header.getBlobGasPrice()),
      newest.calcNextBlobGasPrice(newest.common),
    ].map(quantity),
    blobGasUsedRatio: headers.map(
      ({ blobGasUsed, common }) =>
        Number(blobGasUsed ?? 0n) / Number(common.getBlobGasSchedule().maxBlobGasPerBlock),
    ),
    ...(percentiles.length === 0
      ? {}
      : { reward: records.map((record) => tipPercentiles(record, percentiles).map(quantity)) }),
  }
}

/** Up to `count` blocks that end with the given one, oldest first. */
function lastBlocks(node: ExecutionNode, last: BlockRecord, count: number): BlockRecord[] {
  const records: BlockRecord[] = []
  let record: BlockRecord | undefined = last
  while (record !== undefined && records.length < count) {
    records.push(record)
    record = node.chain.record(record.parentHash)
  }
  return records.reverse()
}

/** Effective tips at percentiles of a block's gas, in wei. */
function tipPercentiles(record: BlockRecord, percentiles: readonly number[]): bigint[] {
  const baseFeeWei = record.block.header.baseFeePerGas ?? 0n
  const tips = record.block.transactions
    .map((transaction, index) => ({
      tipWei: effectiveTip(transaction, baseFeeWei),
      gasUsed: record.receipts[index]?.gasUsed ?? 0n,
    }))
    .sort((a, b) => (a.tipWei < b.tipWei ? -1 : 1))
  return percentiles.map((percentile) => {
    const threshold = (Number(record.block.header.gasUsed) * percentile) / 100
    let gas = 0
    for (const { tipWei, gasUsed } of tips) {
      gas += Number(gasUsed)
      if (gas >= threshold) return tipWei
    }
    return 0n
  })
}

function suggestedTip(node: ExecutionNode): bigint {
  const tips = lastBlocks(node, node.chain.head.record, suggestionBlocks)
    .filter(({ receipts }) => receipts.length > 0)
    .flatMap((record) => tipPercentiles(record, [suggestionPercentile]))
    .sort((a, b) => (a < b ? -1 : 1))
  const tip = tips[Math.floor(((tips.length - 1) * suggestionPercentile) / 100)] ?? defaultTipWei
  return tip > 0n ? tip : 1n
}
