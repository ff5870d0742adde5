import type { BlockHeader } from '@ethereumjs/block'
import { Blob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, quantity } from '../bytes.ts'
import type { BlockRecord, LogRecord } from '../chain/block-record.ts'
import { effectiveGasPrice, feeCaps } from '../chain/effective-price.ts'

/** Where a transaction is in a block. */
export interface Place {
  readonly record: BlockRecord
  readonly index: number
}

/** A header as `eth_subscribe newHeads` and blocks show it (execution-apis `schemas/block.yaml`). */
export function formatHeader(header: BlockHeader) {
  return {
    number: quantity(header.number),
    hash: bytesToHex(header.hash()),
    parentHash: bytesToHex(header.parentHash),
    nonce: bytesToHex(header.nonce),
    mixHash: bytesToHex(header.mixHash),
    sha3Uncles: bytesToHex(header.uncleHash),
    logsBloom: bytesToHex(header.logsBloom),
    stateRoot: bytesToHex(header.stateRoot),
    miner: bytesToHex(header.coinbase.bytes),
    difficulty: quantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    transactionsRoot: bytesToHex(header.transactionsTrie),
    receiptsRoot: bytesToHex(header.receiptTrie),
    baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
    withdrawalsRoot: optionalHex(header.withdrawalsRoot),
    blobGasUsed: optionalQuantity(header.blobGasUsed),
    excessBlobGas: optionalQuantity(header.excessBlobGas),
    parentBeaconBlockRoot: optionalHex(header.parentBeaconBlockRoot),
    requestsHash: optionalHex(header.requestsHash),
  }
}

export function formatBlock(record: BlockRecord, isFull: boolean) {
  const { block } = record
  return {
    ...formatHeader(block.header),
    size: quantity(block.serialize().length),
    transactions: isFull
      ? block.transactions.map((transaction, index) => formatTransaction(transaction, { record, index }))
      : record.transactionHashes,
    withdrawals: (block.withdrawals ?? []).map((withdrawal) => withdrawal.toJSON()),
    uncles: [],
  }
}

/** A transaction, in a block or waiting for one (execution-apis `schemas/transaction.yaml`). */
export function formatTransaction(transaction: TypedTransaction, place?: Place) {
  const baseFeeWei = place?.record.block.header.baseFeePerGas ?? undefined
  const { maxFeeWei, maxTipWei } = feeCaps(transaction)
  const gasPrice = baseFeeWei === undefined ? maxFeeWei : effectiveGasPrice(transaction, baseFeeWei)
  const v = transaction.v ?? 0n
  return {
    blockHash: place?.record.hash ?? null,
    blockNumber: place === undefined ? null : quantity(place.record.number),
    transactionIndex: place === undefined ? null : quantity(place.index),
    hash: bytesToHex(transaction.hash()),
    from: transaction.getSenderAddress().toString(),
    to: transaction.to?.toString() ?? null,
    nonce: quantity(transaction.nonce),
    value: quantity(transaction.value),
    gas: quantity(transaction.gasLimit),
    gasPrice: quantity(gasPrice),
    input: bytesToHex(transaction.data),
    type: quantity(transaction.type),
    v: quantity(v),
    r: quantity(transaction.r ?? 0n),
    s: quantity(transaction.s ?? 0n),
    chainId: quantity(transaction.common.chainId()),
    ...('accessList' in transaction
      ? { yParity: quantity(v), accessList: formatAccessList(transaction.accessList) }
      : {}),
    ...('maxFeePerGas' in transaction
      ? { maxFeePerGas: quantity(maxFeeWei), maxPriorityFeePerGas: quantity(maxTipWei) }
      : {}),
    ...(transaction instanceof Blob4844Tx
      ? {
          maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
          blobVersionedHashes: transaction.blobVersionedHashes,
        }
      : {}),
    ...('authorizationList' in transaction
      ? { authorizationList: transaction.authorizationList.map(formatAuthorization) }
      : {}),
  }
}

function formatAccessList(list: readonly (readonly [Uint8Array, readonly Uint8Array[]])[]) {
  return list.map(([address, keys]) => ({
    address: bytesToHex(address),
    storageKeys: keys.map((key) => bytesToHex(key)),
  }))
}

function formatAuthorization([chainId, address, nonce, yParity, r, s]: readonly Uint8Array[]) {
  return {
    chainId: bytesQuantity(chainId),
    address: bytesToHex(address ?? new Uint8Array(20)),
    nonce: bytesQuantity(nonce),
    yParity: bytesQuantity(yParity),
    r: bytesQuantity(r),
    s: bytesQuantity(s),
  }
}

function bytesQuantity(bytes: Uint8Array | undefined): Hex {
  return quantity(bytes === undefined || bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes)))
}

/** A receipt (execution-apis `schemas/receipt.yaml`). */
export function formatReceipt({ record, index }: Place) {
  const transaction = record.block.transactions[index]
  const receipt = record.receipts[index]
  const hash = record.transactionHashes[index]
  if (transaction === undefined || receipt === undefined || hash === undefined) return null
  const firstLog = record.receipts.slice(0, index).reduce((count, { logs }) => count + logs.length, 0)
  return {
    blockHash: record.hash,
    blockNumber: quantity(record.number),
    transactionHash: hash,
    transactionIndex: quantity(index),
    from: transaction.getSenderAddress().toString(),
    to: transaction.to?.toString() ?? null,
    contractAddress: receipt.contractAddress ?? null,
    type: quantity(receipt.type),
    status: receipt.succeeded ? '0x1' : '0x0',
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPriceWei),
    logsBloom: bytesToHex(receipt.logsBloom),
    logs: receipt.logs.map((log, position) => formatLog(log, { record, index }, firstLog + position)),
    ...(receipt.blobGas === undefined
      ? {}
      : { blobGasUsed: quantity(receipt.blobGas.used), blobGasPrice: quantity(receipt.blobGas.priceWei) }),
  }
}

/** A log. `removed` says that a reorganisation has taken its block from the chain. */
export function formatLog(log: LogRecord, { record, index }: Place, logIndex: number, removed = false) {
  return {
    address: bytesToHex(log.address),
    topics: log.topics.map((topic) => bytesToHex(topic)),
    data: bytesToHex(log.data),
    blockNumber: quantity(record.number),
    blockHash: record.hash,
    blockTimestamp: quantity(record.block.header.timestamp),
    transactionHash: record.transactionHashes[index],
    transactionIndex: quantity(index),
    logIndex: quantity(logIndex),
    removed,
  }
}

export type FormattedLog = ReturnType<typeof formatLog>

function optionalHex(bytes: Uint8Array | undefined): Hex | undefined {
  return bytes === undefined ? undefined : bytesToHex(bytes)
}

function optionalQuantity(value: bigint | undefined): Hex | undefined {
  return value === undefined ? undefined : quantity(value)
}
