import type { Root } from '../fork-choice/types.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { BlockStore, FinalizedChain, StoredAnchor, StoredGenesis } from './block-store.ts'

/**
 * A store that lasts as long as its object: a node that is stopped and started again in one process finds its
 * chain in it. The bytes are those of the blocks and states themselves, shared by all nodes that hold them.
 */
export class MemoryBlockStore implements BlockStore {
  readonly #blocks = new Map<Root, SignedBlock['bytes']>()
  /** In the order in which they came, so every parent before its children. */
  readonly #unfinalized = new Set<Root>()
  readonly #finalizedRoots = new Map<number, Root>()
  #anchor: { anchor: StoredAnchor; genesis: StoredGenesis } | undefined

  async putBlock({ root, bytes }: SignedBlock): Promise<void> {
    this.#blocks.set(root, bytes)
    this.#unfinalized.add(root)
  }

  async getBlock(root: Root): Promise<Uint8Array | undefined> {
    return this.#blocks.get(root)
  }

  async getFinalizedRoot(slot: number): Promise<Root | undefined> {
    return this.#finalizedRoots.get(slot)
  }

  async unfinalizedBlocks(): Promise<readonly Uint8Array[]> {
    return [...this.#unfinalized].flatMap((root) => this.#blocks.get(root) ?? [])
  }

  async loadAnchor(): Promise<{ anchor: StoredAnchor; genesis: StoredGenesis } | undefined> {
    return this.#anchor
  }

  async initialize(anchor: StoredAnchor, genesis: StoredGenesis): Promise<void> {
    this.#anchor = { anchor, genesis }
    this.#blocks.set(anchor.root, anchor.blockBytes)
    this.#finalizedRoots.set(anchor.slot, anchor.root)
  }

  async finalize({ anchor, canonical, orphaned }: FinalizedChain): Promise<void> {
    if (this.#anchor !== undefined) this.#anchor = { ...this.#anchor, anchor }
    for (const { slot, root } of canonical) {
      this.#finalizedRoots.set(slot, root)
      this.#unfinalized.delete(root)
    }
    for (const root of orphaned) {
      this.#blocks.delete(root)
      this.#unfinalized.delete(root)
    }
  }

  async close(): Promise<void> {}
}
