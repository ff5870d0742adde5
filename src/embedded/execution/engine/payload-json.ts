import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, quantity } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { BuiltBlock } from '../chain/build-block.ts'
import type { ExecutionPayload } from './execution-payload.ts'
import { payloadFromBlock } from './payload-block.ts'

/** A block's payload in JSON. */
export function formatPayload({ block }: BlockRecord) {
  return payloadJson(payloadFromBlock(block))
}

/** ExecutionPayloadV3 in JSON (execution-apis `src/engine/cancun.md`). */
export function payloadJson(payload: ExecutionPayload) {
  return {
    parentHash: bytesToHex(payload.parentHash),
    feeRecipient: bytesToHex(payload.feeRecipient),
    stateRoot: bytesToHex(payload.stateRoot),
    receiptsRoot: bytesToHex(payload.receiptsRoot),
    logsBloom: bytesToHex(payload.logsBloom),
    prevRandao: bytesToHex(payload.prevRandao),
    blockNumber: quantity(payload.blockNumber),
    gasLimit: quantity(payload.gasLimit),
    gasUsed: quantity(payload.gasUsed),
    timestamp: quantity(payload.timestamp),
    extraData: bytesToHex(payload.extraData),
    baseFeePerGas: quantity(payload.baseFeePerGas),
    blockHash: bytesToHex(payload.blockHash),
    transactions: payload.transactions.map(bytesToHex),
    withdrawals: withdrawalsJson(payload.withdrawals),
    blobGasUsed: quantity(payload.blobGasUsed),
    excessBlobGas: quantity(payload.excessBlobGas),
  }
}

/** WithdrawalV1 (execution-apis `src/engine/shanghai.md`). */
export function withdrawalsJson(withdrawals: ExecutionPayload['withdrawals']) {
  return withdrawals.map(({ index, validatorIndex, address, amount }) => ({
    index: quantity(index),
    validatorIndex: quantity(validatorIndex),
    address: bytesToHex(address),
    amount: quantity(amount),
  }))
}

/** ExecutionPayloadBodyV1 (execution-apis `src/engine/shanghai.md`). */
export function formatBody(record: BlockRecord | undefined) {
  if (record === undefined) return null
  const { transactions, withdrawals } = formatPayload(record)
  return { transactions, withdrawals }
}

/** The blobs of a built block: BlobsBundleV1, or V2 where the proofs are of cells. */
export function blobsBundle({ blobTransactions }: BuiltBlock): {
  commitments: Hex[]
  proofs: Hex[]
  blobs: Hex[]
} {
  return {
    commitments: blobTransactions.flatMap(({ kzgCommitments = [] }) => kzgCommitments),
    proofs: blobTransactions.flatMap(({ kzgProofs = [] }) => kzgProofs),
    blobs: blobTransactions.flatMap(({ blobs = [] }) => blobs),
  }
}
