import type { ForkName } from '@lodestar/params'
import type { SignedBeaconBlock } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'

/** Forks that an embedded node can run, as the protocol's libraries name them. */
export type Fork = ForkName.deneb | ForkName.electra | ForkName.fulu

/**
 * A signed beacon block and what follows from it alone. One object for one content (root and signature) in a
 * network, so that work on it can be remembered by it; made by `Protocol.decodeBlock` and
 * `Protocol.signedBlock` only.
 */
export interface SignedBlock {
  readonly fork: Fork
  readonly value: SignedBeaconBlock<Fork>
  /** SSZ of `value`. */
  readonly bytes: Uint8Array
  readonly slot: number
  /** `hash_tree_root(block.message)`. */
  readonly root: Root
  readonly parentRoot: Root
  readonly proposerIndex: number
  /** Hash of the execution payload's block. */
  readonly executionBlockHash: Root
}
