import type { Node } from '../../network/node.ts'
import type { SlotClock } from '../../network/slot-clock.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { Faults } from '../faults.ts'

/** The network in which something is brought about on demand, as far as that needs it. */
export interface OnDemandTarget {
  readonly manifest: Manifest
  readonly nodes: readonly Node[]
  readonly clock: SlotClock
  readonly faults: Pick<Faults, 'begin'>
  /** Whether the node's validators take orders to misbehave. */
  canMisbehave(node: string): boolean
}

export interface OnDemandOptions {
  readonly signal?: AbortSignal | undefined
  /** Told what is being done, a sentence each. */
  readonly onProgress?: ((message: string) => void) | undefined
}

/** A block, as proofs name it. */
export interface BlockReference {
  readonly slot: number
  readonly root: string
}
