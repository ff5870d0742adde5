import { deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib'
import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, packBytes, unpackBytes } from '../bytes.ts'
import type { WorldState } from '../state/world-state.ts'

/** One empty list for the many empty blocks. */
const nothing: readonly never[] = []

/** For blocks of some hundred bytes: the defaults would take a quarter of a megabyte for each call. */
const archiveOptions: ZlibOptions = { level: 9, memLevel: 1, windowBits: 12 }

/** A log as the EVM leaves it. */
export interface LogRecord {
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

/** What one transaction did. Gas and prices in gas units and wei. */
export interface ReceiptRecord {
  readonly type: number
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly effectiveGasPriceWei: bigint
  readonly logsBloom: Uint8Array
  readonly logs: readonly LogRecord[]
  readonly contractAddress: Hex | undefined
  /** Only of blob transactions (EIP-4844). */
  readonly blobGas: { readonly used: bigint; readonly priceWei: bigint } | undefined
}

/** A valid block and what came of it, except the state. Depends on the block's content alone. */
export class BlockRecord {
  readonly hash: Hex
  readonly parentHash: Hex
  readonly number: number
  readonly receipts: readonly ReceiptRecord[]
  /** Execution requests by type, type byte first, without the empty ones (EIP-7685). */
  readonly requests: readonly Uint8Array[]
  /** Hash of each transaction, in order. */
  readonly transactionHashes: readonly Hex[]
  readonly #common: Common
  #block: Block | undefined
  /** The block's RLP, deflated and packed. */
  #archived: string | undefined
  #decoded: WeakRef<Block> | undefined

  constructor(block: Block, receipts: readonly ReceiptRecord[], requests: readonly Uint8Array[]) {
    this.hash = bytesToHex(block.hash())
    this.parentHash = bytesToHex(block.header.parentHash)
    this.number = Number(block.header.number)
    this.receipts = receipts.length === 0 ? nothing : receipts
    this.requests = requests.length === 0 ? nothing : requests
    const hashes = block.transactions.map((transaction) => bytesToHex(transaction.hash()))
    this.transactionHashes = hashes.length === 0 ? nothing : hashes
    this.#common = block.common
    this.#block = block
  }

  get block(): Block {
    const block = this.#block ?? this.#decoded?.deref()
    if (block !== undefined) return block
    if (this.#archived === undefined) throw new TypeError(`Block ${this.hash} is lost.`)
    const encoded = new Uint8Array(inflateRawSync(unpackBytes(this.#archived)))
    const decoded = createBlockFromRLP(encoded, { common: this.#common })
    this.#decoded = new WeakRef(decoded)
    return decoded
  }

  /**
   * Keeps the block as few bytes, a tenth of its size, and decodes it again when somebody asks. Half of a
   * block without transactions is the zeros of its bloom filter and the hashes of empty lists.
   */
  archive(): void {
    if (this.#block === undefined) return
    this.#archived = packBytes(deflateRawSync(this.#block.serialize(), archiveOptions))
    this.#block = undefined
  }
}

/** A block with its post-state: what a child block, or a call, needs. */
export interface ExecutedBlock {
  readonly record: BlockRecord
  readonly state: WorldState
}
