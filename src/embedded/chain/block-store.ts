import type { Root } from '../fork-choice/types.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'

/** The finalized block that a node starts from again. */
export interface StoredAnchor {
  /** Of the finalized checkpoint. The block may be older, where the epoch's first slots were empty. */
  readonly epoch: number
  readonly slot: number
  readonly root: Root
  /** Of the state. */
  readonly fork: Fork
  /** SSZ of the signed block; of genesis, with a signature of zeroes. */
  readonly blockBytes: Uint8Array
  /** SSZ of the block's post-state. */
  readonly stateBytes: Uint8Array
}

/** Genesis does not change, and cannot be found out from a later state. */
export interface StoredGenesis {
  readonly root: Root
  readonly stateRoot: Root
}

/** What became final at once. */
export interface FinalizedChain {
  readonly anchor: StoredAnchor
  /** Canonical blocks from the anchor before up to this one, both included. */
  readonly canonical: readonly { readonly slot: number; readonly root: Root }[]
  /** Blocks that are in no chain any more. */
  readonly orphaned: readonly Root[]
}

/**
 * What a node keeps over a restart. Writes are made in the order in which they were asked for, each of them
 * whole or not at all; a read sees all writes that were asked for before it.
 *
 * @throws StoreError from every method, when the data is damaged or cannot be written.
 */
export interface BlockStore {
  /** Where it is, for messages. Absent in memory. */
  readonly directory?: string
  /** Keeps a valid block that is not final yet. Resolves when it has been handed to the disk. */
  putBlock(block: SignedBlock): Promise<void>
  /** SSZ of any block that was put and not orphaned since. */
  getBlock(root: Root): Promise<Uint8Array | undefined>
  /** The finalized block of exactly this slot. */
  getFinalizedRoot(slot: number): Promise<Root | undefined>
  /** The blocks that are not final, as SSZ, oldest first. */
  unfinalizedBlocks(): Promise<readonly Uint8Array[]>
  /** Undefined in a new store. */
  loadAnchor(): Promise<{ readonly anchor: StoredAnchor; readonly genesis: StoredGenesis } | undefined>
  /** The first anchor. */
  initialize(anchor: StoredAnchor, genesis: StoredGenesis): Promise<void>
  /** Moves the anchor on. Resolves when it outlives this process, where there is a disk. */
  finalize(finalized: FinalizedChain): Promise<void>
  /** Waits for all writes. The store cannot be used afterwards. */
  close(): Promise<void>
}
