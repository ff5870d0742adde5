import { RLP } from '@ethereumjs/rlp'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bigIntToUnpaddedBytes } from '@ethereumjs/util'
import { Bloom, type RunTxResult } from '@ethereumjs/vm'
import type { ReceiptRecord } from './block-record.ts'
import { effectiveGasPrice } from './effective-price.ts'

/** The receipt of a transaction that has just run. */
export function receiptOf(
  transaction: TypedTransaction,
  result: RunTxResult,
  baseFeeWei: bigint,
): ReceiptRecord {
  const { receipt } = result
  const succeeded = result.execResult.exceptionError === undefined
  return {
    type: transaction.type,
    succeeded,
    gasUsed: result.totalGasSpent,
    cumulativeGasUsed: receipt.cumulativeBlockGasUsed,
    effectiveGasPriceWei: effectiveGasPrice(transaction, baseFeeWei),
    logsBloom: receipt.bitvector,
    logs: receipt.logs.map(([address, topics, data]) => ({ address, topics, data })),
    contractAddress: transaction.to === undefined ? result.createdAddress?.toString() : undefined,
    blobGas:
      'blobGasPrice' in receipt ? { used: receipt.blobGasUsed, priceWei: receipt.blobGasPrice } : undefined,
  }
}

/** The bloom filter of a block: of all logs of all its receipts. */
export function blockBloom(receipts: readonly ReceiptRecord[]): Uint8Array {
  const bloom = new Bloom()
  for (const { logsBloom } of receipts) bloom.or(new Bloom(logsBloom))
  return bloom.bitvector
}

/** A receipt as the receipts trie holds it (EIP-2718, EIP-658). */
export function encodeReceiptRecord(receipt: ReceiptRecord): Uint8Array {
  const logs = receipt.logs.map(({ address, topics, data }) => [address, [...topics], data])
  const encoded = RLP.encode([
    receipt.succeeded ? Uint8Array.of(1) : new Uint8Array(0),
    bigIntToUnpaddedBytes(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    logs,
  ])
  return receipt.type === 0 ? encoded : Uint8Array.from([receipt.type, ...encoded])
}
