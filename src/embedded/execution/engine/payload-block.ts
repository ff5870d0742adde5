import { Block, createBlockHeader, genRequestsRoot } from '@ethereumjs/block'
import { RLP } from '@ethereumjs/rlp'
import { Blob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import { createCLRequest, createWithdrawal } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import { messageOf } from '../../../errors.ts'
import { bytesToHex, sameBytes } from '../bytes.ts'
import { InvalidBlockError, isFailedCheck } from '../chain/block-errors.ts'
import type { FixedCommon } from '../chain/fixed-common.ts'
import { indexedTrieRoot } from '../state/indexed-trie-root.ts'
import type { BuiltExecutionPayload, ExecutionPayload, PayloadContext } from './execution-payload.ts'

/**
 * The block that a payload describes (EIP-3675, EIP-4399 and each fork's header fields).
 * @throws InvalidBlockError when a transaction cannot be decoded, or the block hash, the blob hashes or the
 * requests do not fit: the checks that need no parent (Engine API, engine_newPayloadV3 and V4).
 */
export function blockFromPayload(
  payload: ExecutionPayload,
  context: PayloadContext,
  common: FixedCommon,
  decode: (raw: Uint8Array) => TypedTransaction,
): Block {
  try {
    const transactions = payload.transactions.map((raw, index) => {
      try {
        return decode(raw)
      } catch (error) {
        throw new InvalidBlockError(`Transaction ${index} cannot be decoded: ${messageOf(error)}`, error)
      }
    })
    const block = assemble(payload, context, common, transactions)
    if (!sameBytes(block.hash(), payload.blockHash)) {
      throw new InvalidBlockError(
        `The payload's block hash is ${bytesToHex(payload.blockHash)}; its content gives ${bytesToHex(block.hash())}.`,
      )
    }
    checkVersionedHashes(transactions, context.versionedHashes)
    return block
  } catch (error) {
    if (error instanceof InvalidBlockError || !isFailedCheck(error)) throw error
    throw new InvalidBlockError(error.message, error)
  }
}

function assemble(
  payload: ExecutionPayload,
  context: PayloadContext,
  common: FixedCommon,
  transactions: TypedTransaction[],
): Block {
  const withdrawals = payload.withdrawals.map((withdrawal) => createWithdrawal(withdrawal))
  const header = createBlockHeader(
    {
      parentHash: payload.parentHash,
      coinbase: payload.feeRecipient,
      stateRoot: payload.stateRoot,
      transactionsTrie: indexedTrieRoot(payload.transactions),
      receiptTrie: payload.receiptsRoot,
      logsBloom: payload.logsBloom,
      number: payload.blockNumber,
      gasLimit: payload.gasLimit,
      gasUsed: payload.gasUsed,
      timestamp: payload.timestamp,
      extraData: payload.extraData,
      mixHash: payload.prevRandao,
      baseFeePerGas: payload.baseFeePerGas,
      withdrawalsRoot: indexedTrieRoot(withdrawals.map((withdrawal) => RLP.encode(withdrawal.raw()))),
      blobGasUsed: payload.blobGasUsed,
      excessBlobGas: payload.excessBlobGas,
      parentBeaconBlockRoot: context.parentBeaconBlockRoot,
      ...(common.isActivatedEIP(7685) ? { requestsHash: requestsHash(context.executionRequests ?? []) } : {}),
    },
    { common },
  )
  return new Block(header, transactions, [], withdrawals, { common })
}

function requestsHash(requests: readonly Uint8Array[]): Uint8Array {
  return genRequestsRoot(requests.map(createCLRequest), sha256)
}

function checkVersionedHashes(
  transactions: readonly TypedTransaction[],
  expected: readonly Uint8Array[],
): void {
  const actual = transactions.flatMap((transaction) =>
    transaction instanceof Blob4844Tx ? transaction.blobVersionedHashes : [],
  )
  const isSame =
    actual.length === expected.length &&
    expected.every((hash, index) => bytesToHex(hash) === actual[index]?.toLowerCase())
  if (!isSame) throw new InvalidBlockError('The blob versioned hashes are not those of the transactions.')
}

/** The payload of a block. */
export function payloadFromBlock(block: Block) {
  const { header, transactions, withdrawals = [] } = block
  return {
    parentHash: header.parentHash,
    feeRecipient: header.coinbase.bytes,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptTrie,
    logsBloom: header.logsBloom,
    prevRandao: header.mixHash,
    blockNumber: Number(header.number),
    gasLimit: Number(header.gasLimit),
    gasUsed: Number(header.gasUsed),
    timestamp: Number(header.timestamp),
    extraData: header.extraData,
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    blockHash: block.hash(),
    transactions: transactions.map((transaction) => transaction.serialize()),
    withdrawals: withdrawals.map(({ index, validatorIndex, address, amount }) => ({
      index: Number(index),
      validatorIndex: Number(validatorIndex),
      address: address.bytes,
      amount,
    })),
    blobGasUsed: header.blobGasUsed ?? 0n,
    excessBlobGas: header.excessBlobGas ?? 0n,
  } satisfies BuiltExecutionPayload
}
