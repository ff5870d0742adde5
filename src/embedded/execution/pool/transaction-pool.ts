import { Blob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes } from '../bytes.ts'
import type { ExecutedBlock } from '../chain/block-record.ts'
import { feeCaps } from '../chain/effective-price.ts'
import type { WorldState } from '../state/world-state.ts'
import { CandidateOrder } from './candidate-order.ts'
import { TransactionRejectedError } from './transaction-errors.ts'
import { largestCostWei, validateAgainstState, validateAlone } from './validate-transaction.ts'

export interface PoolLimits {
  readonly transactions: number
  readonly transactionsPerSender: number
}

export const defaultPoolLimits: PoolLimits = { transactions: 8192, transactionsPerSender: 256 }

/** Percent by which a replacement must raise both fees: as Geth, 10, and 100 for blob transactions. */
const priceBumpPercent = 10n
const blobPriceBumpPercent = 100n

export interface PooledTransaction {
  readonly hash: Hex
  readonly sender: Hex
  readonly transaction: TypedTransaction
  /** Order of arrival. */
  readonly sequence: number
}

type Reread = (transaction: TypedTransaction) => TypedTransaction | undefined

/** Transactions by nonce. */
type SenderQueue = Map<bigint, PooledTransaction>

/** The transactions of one sender: those that could run now, and those behind a missing nonce. */
export interface SenderContent {
  readonly pending: readonly PooledTransaction[]
  readonly queued: readonly PooledTransaction[]
}

/**
 * One node's transactions that are not in its chain yet. Everything is checked against the state of the
 * node's head; `moveTo` follows the head.
 */
export class TransactionPool {
  readonly #limits: PoolLimits
  readonly #bySender = new Map<Hex, SenderQueue>()
  readonly #byHash = new Map<Hex, PooledTransaction>()
  #head: ExecutedBlock
  #sequence = 0
  #version = 0

  constructor(head: ExecutedBlock, limits: PoolLimits = defaultPoolLimits) {
    this.#head = head
    this.#limits = limits
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Changes with every change of the content. */
  get version(): number {
    return this.#version
  }

  get(hash: Hex): PooledTransaction | undefined {
    return this.#byHash.get(hash)
  }

  all(): IterableIterator<PooledTransaction> {
    return this.#byHash.values()
  }

  senders(): Hex[] {
    return [...this.#bySender.keys()]
  }

  content(address: Hex): SenderContent {
    const sender = lowerCase(address)
    const pending = this.#executable(sender, this.#head.state)
    const queued = [...(this.#bySender.get(sender)?.values() ?? [])]
      .filter((pooled) => !pending.includes(pooled))
      .sort(byNonce)
    return { pending, queued }
  }

  /** The nonce of the next transaction of an account, counting those that wait here. */
  nextNonce(address: Hex): bigint {
    const nonce = this.#stateNonce(address, this.#head.state)
    return nonce + BigInt(this.#executable(lowerCase(address), this.#head.state).length)
  }

  /**
   * What a block on this state may take, best first.
   * @param reread gives a transaction under the block's rules, or undefined when they forbid it.
   */
  candidates(state: WorldState, baseFeeWei: bigint, reread: Reread): CandidateOrder {
    const runs = [...this.#bySender.keys()].map((sender) => {
      const run: PooledTransaction[] = []
      for (const pooled of this.#executable(sender, state)) {
        const transaction = reread(pooled.transaction)
        if (transaction === undefined) break
        run.push(transaction === pooled.transaction ? pooled : { ...pooled, transaction })
      }
      return run
    })
    return new CandidateOrder(runs, baseFeeWei)
  }

  #stateNonce(sender: Hex, state: WorldState): bigint {
    return state.account(hexToBytes(sender))?.nonce ?? 0n
  }

  #executable(sender: Hex, state: WorldState): PooledTransaction[] {
    const queue = this.#bySender.get(sender)
    if (queue === undefined) return []
    const run: PooledTransaction[] = []
    for (let nonce = this.#stateNonce(sender, state); ; nonce++) {
      const pooled = queue.get(nonce)
      if (pooled === undefined) return run
      run.push(pooled)
    }
  }

  /**
   * Takes a transaction, in place of one with the same nonce if it pays enough more.
   * @throws TransactionRejectedError
   */
  add(transaction: TypedTransaction): PooledTransaction {
    const hash = bytesToHex(transaction.hash())
    if (this.#byHash.has(hash)) throw new TransactionRejectedError('already known', { hash })
    const sender = validateAlone(transaction, this.#head.record.block.header.gasLimit)
    validateAgainstState(transaction, this.#head.state)
    const replaced = this.#bySender.get(sender)?.get(transaction.nonce)
    if (replaced !== undefined) this.#demandHigherFees(transaction, replaced.transaction)
    else this.#makeRoom(transaction, sender)
    if (replaced !== undefined) this.#remove(replaced)
    const pooled = { hash, sender, transaction, sequence: this.#sequence++ }
    const queue = this.#bySender.get(sender) ?? new Map<bigint, PooledTransaction>()
    queue.set(transaction.nonce, pooled)
    this.#bySender.set(sender, queue)
    this.#byHash.set(hash, pooled)
    this.#version++
    return pooled
  }

  #demandHigherFees(transaction: TypedTransaction, old: TypedTransaction): void {
    const isBlob = transaction instanceof Blob4844Tx
    const percent = 100n + (isBlob ? blobPriceBumpPercent : priceBumpPercent)
    const isRaised = (fee: bigint, oldFee: bigint) => fee * 100n >= oldFee * percent && fee > oldFee
    const [fees, oldFees] = [feeCaps(transaction), feeCaps(old)]
    const isBlobFeeRaised =
      !isBlob || !(old instanceof Blob4844Tx) || isRaised(transaction.maxFeePerBlobGas, old.maxFeePerBlobGas)
    const isTipRaised = isRaised(fees.maxTipWei, oldFees.maxTipWei) || oldFees.maxTipWei === 0n
    if (!isRaised(fees.maxFeeWei, oldFees.maxFeeWei) || !isTipRaised || !isBlobFeeRaised) {
      throw new TransactionRejectedError('replacement transaction underpriced', {
        raisePercent: Number(percent) - 100,
      })
    }
  }

  /** When the pool is full, the worst payer's last transaction goes, if the new one pays more. */
  #makeRoom(transaction: TypedTransaction, sender: Hex): void {
    if ((this.#bySender.get(sender)?.size ?? 0) >= this.#limits.transactionsPerSender) {
      throw new TransactionRejectedError(
        `account limit exceeded: ${sender} has too many transactions waiting`,
      )
    }
    if (this.#byHash.size < this.#limits.transactions) return
    let worst: PooledTransaction | undefined
    for (const pooled of this.#byHash.values()) {
      if (worst === undefined || isWorse(pooled, worst)) worst = pooled
    }
    if (worst === undefined || feeCaps(transaction).maxTipWei <= feeCaps(worst.transaction).maxTipWei) {
      throw new TransactionRejectedError('txpool is full')
    }
    // What follows it of the same sender could not run without it: the last of the sender goes instead.
    const last = [...(this.#bySender.get(worst.sender)?.values() ?? [])].sort(byNonce).at(-1)
    this.#remove(last ?? worst)
  }

  #remove(pooled: PooledTransaction): void {
    this.#byHash.delete(pooled.hash)
    const queue = this.#bySender.get(pooled.sender)
    queue?.delete(pooled.transaction.nonce)
    if (queue?.size === 0) this.#bySender.delete(pooled.sender)
    this.#version++
  }

  /**
   * Follows the node's head: drops what is in the chain or can no longer be paid.
   * @param reread gives a transaction under the new head's rules, or undefined when they forbid it.
   * @returns what was dropped.
   */
  moveTo(head: ExecutedBlock, reread: Reread): PooledTransaction[] {
    this.#head = head
    const dropped: PooledTransaction[] = []
    for (const pooled of [...this.#byHash.values()]) {
      const transaction = reread(pooled.transaction)
      if (transaction === undefined || !this.#isStillGood(transaction, pooled.sender)) {
        this.#remove(pooled)
        dropped.push(pooled)
      } else if (transaction !== pooled.transaction) {
        const updated = { ...pooled, transaction }
        this.#byHash.set(pooled.hash, updated)
        this.#bySender.get(pooled.sender)?.set(transaction.nonce, updated)
      }
    }
    this.#version++
    return dropped
  }

  #isStillGood(transaction: TypedTransaction, sender: Hex): boolean {
    const account = this.#head.state.account(hexToBytes(sender))
    return (
      transaction.nonce >= (account?.nonce ?? 0n) &&
      largestCostWei(transaction) <= (account?.balanceWei ?? 0n) &&
      transaction.gasLimit <= this.#head.record.block.header.gasLimit
    )
  }
}

/** Senders are kept in lower case; callers may have checksummed addresses (EIP-55). */
function lowerCase(address: Hex): Hex {
  return address.toLowerCase() as Hex
}

function byNonce(a: PooledTransaction, b: PooledTransaction): number {
  return a.transaction.nonce < b.transaction.nonce ? -1 : 1
}

/** Whether one is to leave a full pool before the other: the lower tip, the later among equals. */
function isWorse(a: PooledTransaction, b: PooledTransaction): boolean {
  const [tipA, tipB] = [feeCaps(a.transaction).maxTipWei, feeCaps(b.transaction).maxTipWei]
  return tipA === tipB ? a.sequence > b.sequence : tipA < tipB
}
