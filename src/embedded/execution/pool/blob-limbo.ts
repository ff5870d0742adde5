import { Blob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex } from '../bytes.ts'

/** Sidecars of 128 transactions are at most some 100 MB. */
const transactionsMax = 128

/**
 * Blob transactions that went into a block, with their sidecars. Blocks do not carry blobs, so this is
 * where they come from when a reorganisation brings the transaction back to the pool.
 */
export class BlobLimbo {
  readonly #transactions = new Map<Hex, Blob4844Tx>()

  keep(transaction: TypedTransaction): void {
    if (!(transaction instanceof Blob4844Tx) || transaction.blobs === undefined) return
    const oldest = this.#transactions.keys().next()
    if (this.#transactions.size >= transactionsMax && !oldest.done) this.#transactions.delete(oldest.value)
    this.#transactions.set(bytesToHex(transaction.hash()), transaction)
  }

  withSidecar(transaction: TypedTransaction): Blob4844Tx | undefined {
    return this.#transactions.get(bytesToHex(transaction.hash()))
  }
}
