import { EventEmitter } from 'node:events'
import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../plan/manifest.ts'
import { bytesToHex, zeroHash } from './bytes.ts'
import { InvalidBlockError } from './chain/block-errors.ts'
import type { BlockRecord, ExecutedBlock } from './chain/block-record.ts'
import { BlockTree, type ChainChange, defaultHistory, type HistoryLimits } from './chain/block-tree.ts'
import type { BuildAttributes, BuiltBlock } from './chain/build-block.ts'
import type { SharedExecution } from './chain/shared-execution.ts'
import { EngineError } from './engine/engine-errors.ts'
import type { ExecutionPayload, PayloadContext } from './engine/execution-payload.ts'
import { PayloadBuilds } from './engine/payload-builds.ts'
import { invalid, type PayloadStatus, syncing, valid } from './engine/payload-status.ts'
import { WaitingBlocks } from './engine/waiting-blocks.ts'
import { BlobLimbo } from './pool/blob-limbo.ts'
import { decodeRawTransaction, underRules } from './pool/raw-transaction.ts'
import { RecentTransactions } from './pool/recent-transactions.ts'
import { TransactionRejectedError } from './pool/transaction-errors.ts'
import { type PooledTransaction, type PoolLimits, TransactionPool } from './pool/transaction-pool.ts'

export interface ExecutionNodeOptions {
  /** The execution work that this node shares with the others of its process and chain. */
  readonly shared: SharedExecution
  /** Time in milliseconds, real or virtual. */
  readonly now: () => number
  /** Ends up in the blocks built here; at most 32 bytes. */
  readonly extraData?: Uint8Array
  /** Gas limit that blocks built here move towards; their parent's when absent. */
  readonly gasLimit?: bigint
  /** Time after which no more transactions go into a block that is being built. */
  readonly buildTimeMsMax?: number
  readonly history?: HistoryLimits
  readonly pool?: PoolLimits
  /** Keeps a block that was found valid, before anybody is told that it is. Must not reject. */
  readonly keep?: (block: Block) => Promise<void>
}

/** The fork choice that the consensus layer has made; a zero hash is a block not known yet. */
export interface ForkchoiceState {
  readonly headBlockHash: Hex
  readonly safeBlockHash: Hex
  readonly finalizedBlockHash: Hex
}

export interface ForkchoiceResult {
  readonly payloadStatus: PayloadStatus
  readonly payloadId: Hex | null
}

export interface ExecutionNodeEvents {
  /** The canonical chain changed. */
  head: [change: ChainChange]
  /** The pool took a transaction: the moment to tell peers. */
  transaction: [pooled: PooledTransaction]
  /** A block is needed that this node does not have: `importBlock` wants it, from a peer. */
  missing: [blockHash: Hex]
}

/** Why a block was refused, and its nearest valid ancestor. */
interface Refusal {
  readonly reason: string
  readonly latestValidHash: Hex | null
}

const refusalsMax = 1024
const defaultBuildTimeMsMax = 500

/**
 * An execution client in this process: the blocks it has received, the chain it follows, its pool, and what
 * the Engine API asks of it (execution-apis `src/engine`). No network, no timers: time is given to it.
 */
export class ExecutionNode {
  readonly shared: SharedExecution
  readonly chain: BlockTree
  readonly pool: TransactionPool
  readonly recentTransactions = new RecentTransactions()
  readonly events = new EventEmitter<ExecutionNodeEvents>()
  readonly now: () => number
  readonly #options: ExecutionNodeOptions
  readonly #builds = new PayloadBuilds((parent, attributes) => this.build(parent, attributes))
  readonly #waiting = new WaitingBlocks()
  readonly #refusals = new Map<Hex, Refusal>()
  readonly #limbo = new BlobLimbo()

  constructor(options: ExecutionNodeOptions) {
    this.shared = options.shared
    this.now = options.now
    this.#options = options
    this.chain = new BlockTree(options.shared.genesis, options.history ?? defaultHistory)
    this.pool = new TransactionPool(options.shared.genesis, options.pool)
  }

  /** Blocks that wait for their parent. */
  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Judges a payload, and keeps its block if it is valid (engine_newPayload). */
  async newPayload(payload: ExecutionPayload, context: PayloadContext): Promise<PayloadStatus> {
    let block: Block
    try {
      block = this.shared.blockFromPayload(payload, context)
    } catch (error) {
      if (error instanceof InvalidBlockError) return invalid(error.message, null)
      throw error
    }
    return this.importBlock(block)
  }

  /**
   * Judges a block, and keeps it if it is valid: as `newPayload`, for a caller who has the block already,
   * such as a beacon node that shares decoded payloads with others, or a peer.
   */
  async importBlock(block: Block): Promise<PayloadStatus> {
    const hash = bytesToHex(block.hash())
    if (this.chain.record(hash) !== undefined) return valid(hash)
    const parentHash = bytesToHex(block.header.parentHash)
    const refused = this.#refusals.get(hash) ?? this.#refusals.get(parentHash)
    if (refused !== undefined) return this.#refuse(hash, refused)
    const parent = this.chain.executed(parentHash)
    if (parent === undefined) {
      this.#waiting.add(parentHash, block)
      this.events.emit('missing', parentHash)
      return syncing
    }
    try {
      const executed = await this.shared.import(block, parent, this.chain.ancestorHashes(parent.record))
      this.chain.add(executed)
    } catch (error) {
      if (!(error instanceof InvalidBlockError)) throw error
      return this.#refuse(hash, { reason: error.message, latestValidHash: parentHash })
    }
    await this.#options.keep?.(block)
    for (const child of this.#waiting.take(hash)) await this.importBlock(child)
    return valid(hash)
  }

  #refuse(hash: Hex, refusal: Refusal): PayloadStatus {
    const oldest = this.#refusals.keys().next()
    if (this.#refusals.size >= refusalsMax && !oldest.done) this.#refusals.delete(oldest.value)
    this.#refusals.set(hash, refusal)
    return invalid(refusal.reason, refusal.latestValidHash)
  }

  /**
   * Follows the consensus layer's fork choice, and begins a payload when asked to.
   *
   * A head below the present one is followed too, though not below the finalized block: the standard allows
   * to skip that, but a consensus client that starts again from its last justified block depends on it.
   * @throws EngineError invalidForkchoiceState, invalidPayloadAttributes
   */
  forkchoiceUpdated(state: ForkchoiceState, attributes?: BuildAttributes): ForkchoiceResult {
    const refused = this.#refusals.get(state.headBlockHash)
    if (refused !== undefined) {
      return { payloadStatus: invalid(refused.reason, refused.latestValidHash), payloadId: null }
    }
    const head = this.chain.executed(state.headBlockHash)
    const record = this.chain.record(state.headBlockHash)
    if (record !== undefined && this.#isBelowFinalized(record)) {
      return { payloadStatus: valid(record.hash), payloadId: null }
    }
    if (head === undefined) {
      if (state.headBlockHash !== zeroHash) this.events.emit('missing', state.headBlockHash)
      return { payloadStatus: syncing, payloadId: null }
    }
    const safe = this.#checkpoint('safe', state.safeBlockHash, head.record)
    const finalized = this.#checkpoint('finalized', state.finalizedBlockHash, head.record)
    this.#follow(head, safe, finalized)
    const payloadStatus = valid(head.record.hash)
    if (attributes === undefined) return { payloadStatus, payloadId: null }
    if (BigInt(attributes.timestamp) <= head.record.block.header.timestamp) {
      throw new EngineError(
        'invalidPayloadAttributes',
        `The payload's timestamp ${attributes.timestamp} is not after its parent's.`,
      )
    }
    return { payloadStatus, payloadId: this.#builds.begin(head, attributes) }
  }

  #isBelowFinalized(record: BlockRecord): boolean {
    const finalized = this.chain.finalized
    return finalized !== undefined && record.number < finalized.number && this.chain.isCanonical(record)
  }

  #checkpoint(name: string, hash: Hex, head: BlockRecord): BlockRecord | undefined {
    if (hash === zeroHash) return undefined
    const record = this.chain.record(hash)
    if (record !== undefined && this.chain.isAncestor(record, head)) return record
    throw new EngineError(
      'invalidForkchoiceState',
      `The ${name} block ${hash} is not on the chain of the head ${head.hash}.`,
    )
  }

  #follow(head: ExecutedBlock, safe: BlockRecord | undefined, finalized: BlockRecord | undefined): void {
    if (head.record.hash === this.chain.head.record.hash) {
      this.chain.setCheckpoints(safe, finalized)
      return
    }
    const change = this.chain.setHead(head)
    this.chain.setCheckpoints(safe, finalized)
    this.#movePool(change)
    this.events.emit('head', change)
  }

  #movePool({ head, removed }: ChainChange): void {
    const { timestamp } = head.record.block.header
    const reread = (transaction: TypedTransaction) => underRules(transaction, this.shared, timestamp)
    for (const dropped of this.pool.moveTo(head, reread)) {
      if (this.chain.transaction(dropped.hash) !== undefined) this.#limbo.keep(dropped.transaction)
    }
    for (const transaction of removed.toReversed().flatMap(({ block }) => block.transactions)) {
      const current = reread(this.#limbo.withSidecar(transaction) ?? transaction)
      try {
        if (current !== undefined) this.pool.add(current)
      } catch (error) {
        // The other branch may hold it too, or have used its nonce or spent its money otherwise.
        if (!(error instanceof TransactionRejectedError)) throw error
      }
    }
  }

  /**
   * The payload asked for by `forkchoiceUpdated` (engine_getPayload).
   * @throws EngineError unknownPayload
   */
  async getPayload(payloadId: Hex): Promise<BuiltBlock> {
    const built = this.#builds.fetch(payloadId)
    if (built === undefined) throw new EngineError('unknownPayload', `No payload ${payloadId} was asked for.`)
    return built
  }

  /** Timestamp, in seconds, of a payload asked for; undefined for an unknown one. */
  payloadTimestamp(payloadId: Hex): number | undefined {
    return this.#builds.timestamp(payloadId)
  }

  /** Builds a block on a parent from this node's pool. */
  build(parent: ExecutedBlock, attributes: BuildAttributes): Promise<BuiltBlock> {
    const { extraData = new Uint8Array(0), gasLimit, buildTimeMsMax = defaultBuildTimeMsMax } = this.#options
    const startedMs = this.now()
    const preferences = {
      extraData,
      ...(gasLimit === undefined ? {} : { gasLimit }),
      hasTime: () => this.now() - startedMs <= buildTimeMsMax,
    }
    const candidates = this.pool.candidates(
      parent.state,
      parent.record.block.header.calcNextBaseFee(),
      (transaction) => underRules(transaction, this.shared, attributes.timestamp),
    )
    const lookUp = this.chain.ancestorHashes(parent.record)
    return this.shared.build(parent, attributes, preferences, candidates, lookUp)
  }

  /**
   * Takes a transaction from a user.
   * @throws TransactionRejectedError
   */
  async sendRawTransaction(raw: Uint8Array): Promise<PooledTransaction> {
    const { timestamp } = this.chain.head.record.block.header
    return this.addTransaction(await decodeRawTransaction(raw, this.shared, timestamp))
  }

  /**
   * Takes a transaction from a peer of the same process, which has decoded it and verified its blobs.
   * @throws TransactionRejectedError
   */
  addTransaction(transaction: TypedTransaction): PooledTransaction {
    const { timestamp } = this.chain.head.record.block.header
    const current = underRules(transaction, this.shared, timestamp)
    if (current === undefined) throw new TransactionRejectedError('transaction type not supported')
    const pooled = this.pool.add(current)
    this.recentTransactions.add(pooled.hash)
    this.events.emit('transaction', pooled)
    return pooled
  }
}
