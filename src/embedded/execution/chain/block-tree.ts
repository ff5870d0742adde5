import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes } from '../bytes.ts'
import type { BlockRecord, ExecutedBlock } from './block-record.ts'
import type { BlockHashLookup } from './vm-pool.ts'

/** How much a node keeps below its finalized block. */
export interface HistoryLimits {
  /** Blocks with receipts; at least 256, which the BLOCKHASH instruction reaches back. */
  readonly blocks: number
  /** States, for calls at old blocks. */
  readonly states: number
}

export const defaultHistory: HistoryLimits = { blocks: 4096, states: 128 }

/** Blocks with states kept when nothing finalizes; deeper reorganisations are refused as unknown. */
const unfinalizedStatesMax = 4096
const pruningStep = 64

/** How the canonical chain changed. */
export interface ChainChange {
  readonly head: ExecutedBlock
  /** Blocks that joined it, lowest first. */
  readonly added: readonly BlockRecord[]
  /** Blocks that left it, highest first. */
  readonly removed: readonly BlockRecord[]
}

export interface TransactionPlace {
  readonly block: BlockRecord
  readonly index: number
}

/** The blocks one node has received, and the chain among them that it follows. */
export class BlockTree {
  readonly #history: HistoryLimits
  /** Blocks with state. */
  readonly #executed = new Map<Hex, ExecutedBlock>()
  /** Every block that is kept. */
  readonly #records = new Map<Hex, BlockRecord>()
  readonly #canonical = new Map<number, BlockRecord>()
  readonly #transactions = new Map<Hex, TransactionPlace>()
  #head: ExecutedBlock
  #safe: BlockRecord | undefined
  #finalized: BlockRecord | undefined
  /** Lowest number, above genesis, that may still be kept. */
  #lowestKept = 1

  /** Number up to which the tree was pruned last. */
  #prunedHorizon = 0

  readonly genesis: BlockRecord

  constructor(genesis: ExecutedBlock, history: HistoryLimits) {
    this.#history = history
    this.#head = genesis
    this.genesis = genesis.record
    this.add(genesis)
    this.#canonical.set(genesis.record.number, genesis.record)
  }

  get head(): ExecutedBlock {
    return this.#head
  }

  get safe(): BlockRecord | undefined {
    return this.#safe
  }

  get finalized(): BlockRecord | undefined {
    return this.#finalized
  }

  add(block: ExecutedBlock): void {
    this.#executed.set(block.record.hash, block)
    this.#records.set(block.record.hash, block.record)
  }

  /** A block with its state; undefined when either is not kept. */
  executed(hash: Hex): ExecutedBlock | undefined {
    return this.#executed.get(hash)
  }

  record(hash: Hex): BlockRecord | undefined {
    return this.#records.get(hash)
  }

  canonical(number: number): BlockRecord | undefined {
    return this.#canonical.get(number)
  }

  isCanonical(record: BlockRecord): boolean {
    return this.#canonical.get(record.number)?.hash === record.hash
  }

  /** Where a transaction of the canonical chain is. */
  transaction(hash: Hex): TransactionPlace | undefined {
    return this.#transactions.get(hash)
  }

  /** Whether one block is the other, or one of its ancestors. */
  isAncestor(ancestor: BlockRecord, descendant: BlockRecord): boolean {
    let current: BlockRecord | undefined = descendant
    while (current !== undefined && current.number > ancestor.number && !this.isCanonical(current)) {
      current = this.#records.get(current.parentHash)
    }
    if (current === undefined || current.number < ancestor.number) return false
    return current.number === ancestor.number ? current.hash === ancestor.hash : this.isCanonical(ancestor)
  }

  /** Hashes of the ancestors that a child of `parent` may ask for. */
  ancestorHashes(parent: BlockRecord): BlockHashLookup {
    return (number) => {
      let current: BlockRecord | undefined = parent
      while (current !== undefined && BigInt(current.number) > number) {
        current = this.#records.get(current.parentHash)
      }
      return current === undefined ? new Uint8Array(32) : hexToBytes(current.hash)
    }
  }

  /** Follows another chain. Both blocks must be known. */
  setHead(head: ExecutedBlock): ChainChange {
    const added: BlockRecord[] = []
    let fork: BlockRecord = head.record
    while (!this.isCanonical(fork)) {
      added.unshift(fork)
      const parent = this.#records.get(fork.parentHash)
      if (parent === undefined) throw new TypeError(`Block ${fork.hash} has no known parent.`)
      fork = parent
    }
    const removed: BlockRecord[] = []
    for (let number = this.#head.record.number; number > fork.number; number--) {
      const record = this.#canonical.get(number)
      if (record === undefined) continue
      removed.push(record)
      this.#canonical.delete(number)
      for (const hash of record.transactionHashes) this.#transactions.delete(hash)
    }
    for (const record of added) this.#makeCanonical(record)
    this.#head = head
    return { head, added, removed }
  }

  #makeCanonical(record: BlockRecord): void {
    this.#canonical.set(record.number, record)
    for (const [index, hash] of record.transactionHashes.entries()) {
      this.#transactions.set(hash, { block: record, index })
    }
  }

  /** Both must be on the chain of the head. An undefined one is not known yet. */
  setCheckpoints(safe: BlockRecord | undefined, finalized: BlockRecord | undefined): void {
    this.#safe = safe
    this.#finalized = finalized
    this.#prune()
  }

  #prune(): void {
    const finalizedNumber = this.#finalized?.number ?? 0
    // Without finality the horizon moves with every block, but looking at all blocks for each is too much.
    const unfinalizedNumber = Math.floor(this.#head.record.number / pruningStep) * pruningStep
    const horizon = Math.max(finalizedNumber, unfinalizedNumber - unfinalizedStatesMax)
    if (horizon === this.#prunedHorizon) return
    this.#prunedHorizon = horizon
    for (const { record } of this.#executed.values()) {
      const isKept = record.number > horizon - this.#history.states || record.hash === this.#head.record.hash
      if (this.#isOnDeadBranch(record, finalizedNumber)) this.#forget(record)
      else if (!isKept) this.#archive(record)
    }
    for (; this.#lowestKept < horizon - this.#history.blocks; this.#lowestKept++) {
      const record = this.#canonical.get(this.#lowestKept)
      if (record !== undefined) this.#forget(record)
    }
  }

  #archive(record: BlockRecord): void {
    this.#executed.delete(record.hash)
    record.archive()
  }

  /** Executed blocks are visited in the order of arrival, so a dead parent is already gone. */
  #isOnDeadBranch(record: BlockRecord, finalizedNumber: number): boolean {
    if (this.isCanonical(record) || record.number === 0) return false
    return record.number <= finalizedNumber || !this.#records.has(record.parentHash)
  }

  #forget(record: BlockRecord): void {
    this.#executed.delete(record.hash)
    this.#records.delete(record.hash)
    if (!this.isCanonical(record)) return
    this.#canonical.delete(record.number)
    for (const hash of record.transactionHashes) this.#transactions.delete(hash)
  }
}
