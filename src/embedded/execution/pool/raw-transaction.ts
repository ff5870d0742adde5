import {
  Blob4844Tx,
  createBlob4844TxFromSerializedNetworkWrapper,
  NetworkWrapperType,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { blobsToCellProofs, type PrefixedHexString } from '@ethereumjs/util'
import { messageOf } from '../../../errors.ts'
import type { FixedCommon } from '../chain/fixed-common.ts'
import type { SharedExecution } from '../chain/shared-execution.ts'
import { TransactionRejectedError } from './transaction-errors.ts'

const blobTransactionType = 3

/**
 * A transaction as users send it: as blocks carry it, but blob transactions with their blobs, commitments
 * and proofs (EIP-4844 and EIP-7594, networking), which are verified here.
 * @param timestamp decides the rules; seconds.
 * @throws TransactionRejectedError
 */
export async function decodeRawTransaction(
  raw: Uint8Array,
  shared: SharedExecution,
  timestamp: bigint | number,
): Promise<TypedTransaction> {
  const { rules } = shared
  if (raw[0] === blobTransactionType) await rules.kzg.load()
  try {
    if (raw[0] !== blobTransactionType) return shared.decodeTransaction(raw, timestamp)
    const common = rules.commonAt(timestamp)
    const transaction = createBlob4844TxFromSerializedNetworkWrapper(raw, { common })
    return withCurrentProofs(transaction, common)
  } catch (error) {
    // Whatever the library trips over in bytes from outside is the fault of the bytes.
    throw new TransactionRejectedError(`invalid transaction: ${messageOf(error)}`, {}, error)
  }
}

/** From Osaka on, each blob comes with the proofs of its cells; Geth makes them for a sender too. */
function withCurrentProofs(transaction: Blob4844Tx, common: FixedCommon): Blob4844Tx {
  const wanted = common.isActivatedEIP(7594) ? NetworkWrapperType.EIP7594 : NetworkWrapperType.EIP4844
  if (transaction.networkWrapperVersion === wanted) return transaction
  if (wanted === NetworkWrapperType.EIP4844) throw new Error('cell proofs are not valid before Osaka')
  const { kzg } = common.customCrypto
  if (kzg === undefined || transaction.blobs === undefined) throw new TypeError('A sidecar is missing.')
  return withSidecar(transaction, common, {
    networkWrapperVersion: wanted,
    kzgProofs: blobsToCellProofs(kzg, transaction.blobs),
  })
}

interface Sidecar {
  readonly networkWrapperVersion: NetworkWrapperType
  readonly kzgProofs: PrefixedHexString[]
}

/** A signed blob transaction with its blobs, under other rules or with other proofs. */
function withSidecar(transaction: Blob4844Tx, common: FixedCommon, sidecar: Sidecar): Blob4844Tx {
  const { to, v, r, s, blobs, kzgCommitments } = transaction
  const isWhole =
    to !== undefined && v !== undefined && r !== undefined && s !== undefined && kzgCommitments !== undefined
  if (!isWhole || blobs === undefined) throw new TypeError('A blob transaction is not whole.')
  const { nonce, gasLimit, value, data, chainId, accessList, maxFeePerGas } = transaction
  const { maxPriorityFeePerGas, maxFeePerBlobGas, blobVersionedHashes } = transaction
  const fields = { chainId, nonce, gasLimit, to, value, data, accessList, maxFeePerGas, maxPriorityFeePerGas }
  const blobFields = { maxFeePerBlobGas, blobVersionedHashes, blobs, kzgCommitments }
  return new Blob4844Tx({ ...fields, ...blobFields, ...sidecar, v, r, s }, { common })
}

/**
 * The same transaction under the rules of another time, or undefined when those forbid it. Blobs are not
 * proven again, since cell proofs take half a second each: where a fork asks for them, they are forbidden.
 */
export function underRules(
  transaction: TypedTransaction,
  shared: SharedExecution,
  timestamp: bigint | number,
): TypedTransaction | undefined {
  const common = shared.rules.commonAt(timestamp)
  if (transaction.common === common) return transaction
  try {
    if (!(transaction instanceof Blob4844Tx)) {
      return shared.decodeTransaction(transaction.serialize(), timestamp)
    }
    const { networkWrapperVersion, kzgProofs } = transaction
    if (networkWrapperVersion === undefined || kzgProofs === undefined) return undefined
    return withSidecar(transaction, common, { networkWrapperVersion, kzgProofs })
  } catch {
    return undefined
  }
}
