import type { BlockStore } from '../../../src/embedded/chain/block-store.ts'

/** Vectors end before anybody asks for what was finalized. */
export class ForgetfulStore implements BlockStore {
  async putBlock(): Promise<void> {}

  async getBlock(): Promise<undefined> {}

  async getFinalizedRoot(): Promise<undefined> {}

  async unfinalizedBlocks(): Promise<readonly Uint8Array[]> {
    return []
  }

  async loadAnchor(): Promise<undefined> {}

  async initialize(): Promise<void> {}

  async finalize(): Promise<void> {}

  async close(): Promise<void> {}
}
