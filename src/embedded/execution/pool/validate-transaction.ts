import { Blob4844Tx, getCalldataFloorGas, type TypedTransaction } from '@ethereumjs/tx'
import { messageOf } from '../../../errors.ts'
import type { Hex } from '../../../plan/manifest.ts'
import { feeCaps } from '../chain/effective-price.ts'
import type { AccountRecord, WorldState } from '../state/world-state.ts'
import { TransactionRejectedError } from './transaction-errors.ts'

/** Bytes of a transaction without its blobs: as Geth, 128 KiB, and 1 MiB for blob transactions. */
const transactionBytesMax = 131_072
const blobTransactionBytesMax = 1_048_576

/**
 * The checks that need no state: size, signature, gas (EIP-7623, EIP-7825), fees.
 * @returns the sender, in lower case.
 * @throws TransactionRejectedError
 */
export function validateAlone(transaction: TypedTransaction, blockGasLimit: bigint): Hex {
  const bytes = transaction.serialize().length
  const bytesMax = transaction instanceof Blob4844Tx ? blobTransactionBytesMax : transactionBytesMax
  if (bytes > bytesMax) {
    throw new TransactionRejectedError(`oversized data: transaction size ${bytes}, limit ${bytesMax}`)
  }
  if (!transaction.isSigned()) throw new TransactionRejectedError('invalid sender: not signed')
  if (transaction.gasLimit > blockGasLimit) {
    throw new TransactionRejectedError(
      `exceeds block gas limit: transaction gas ${transaction.gasLimit}, block gas limit ${blockGasLimit}`,
    )
  }
  // The v of EIP-155 is 35 or more; 27 and 28 are valid on every chain, which invites replays.
  if (transaction.type === 0 && (transaction.v ?? 0n) < 35n) {
    throw new TransactionRejectedError('only replay-protected (EIP-155) transactions allowed over RPC')
  }
  const sender = senderOf(transaction)
  const intrinsicGas = transaction.getIntrinsicGas()
  if (transaction.gasLimit < intrinsicGas) {
    throw new TransactionRejectedError(
      `intrinsic gas too low: gas ${transaction.gasLimit}, minimum needed ${intrinsicGas}`,
    )
  }
  const floorGas = getCalldataFloorGas(transaction, transaction.getSenderAddress())
  if (transaction.gasLimit < floorGas) {
    throw new TransactionRejectedError(
      `insufficient gas for floor data gas cost: gas ${transaction.gasLimit}, minimum needed ${floorGas}`,
    )
  }
  return sender
}

function senderOf(transaction: TypedTransaction): Hex {
  try {
    return transaction.getSenderAddress().toString()
  } catch (error) {
    throw new TransactionRejectedError(`invalid sender: ${messageOf(error)}`, {}, error)
  }
}

/**
 * The checks against the sender's account: code (EIP-3607), nonce, funds.
 * @throws TransactionRejectedError
 */
export function validateAgainstState(transaction: TypedTransaction, state: WorldState): void {
  const account = state.account(transaction.getSenderAddress().bytes)
  if (account !== undefined && !isExternallyOwned(account)) {
    throw new TransactionRejectedError('sender not an eoa: the account has code')
  }
  const nonce = account?.nonce ?? 0n
  if (transaction.nonce < nonce) {
    throw new TransactionRejectedError(`nonce too low: next nonce ${nonce}, tx nonce ${transaction.nonce}`)
  }
  const cost = largestCostWei(transaction)
  const balanceWei = account?.balanceWei ?? 0n
  if (balanceWei < cost) {
    throw new TransactionRejectedError(
      `insufficient funds for gas * price + value: balance ${balanceWei}, tx cost ${cost}, overshot ${cost - balanceWei}`,
    )
  }
}

/** What the sender pays at most, blobs included. */
export function largestCostWei(transaction: TypedTransaction): bigint {
  const blobGas =
    transaction instanceof Blob4844Tx
      ? BigInt(transaction.numBlobs()) * transaction.common.param('blobGasPerBlob')
      : 0n
  const blobCost = transaction instanceof Blob4844Tx ? blobGas * transaction.maxFeePerBlobGas : 0n
  return transaction.gasLimit * feeCaps(transaction).maxFeeWei + transaction.value + blobCost
}

/** An account without code, or with an EIP-7702 delegation only, may send transactions. */
function isExternallyOwned({ code }: AccountRecord): boolean {
  const [first, second, third] = code.bytes
  return code.bytes.length === 0 || (first === 0xef && second === 0x01 && third === 0x00)
}
