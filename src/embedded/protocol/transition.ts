import type { Checkpoint, Root } from '../fork-choice/types.ts'
import type { BeaconState } from './beacon-state.ts'

/** An attestation of a block with its attesters resolved, as fork choice wants it. */
export interface BlockAttestation {
  readonly slot: number
  readonly blockRoot: Root
  readonly target: Checkpoint
  readonly attestingIndices: readonly number[]
  readonly isFromBlock: true
}

/** What the state transition of a valid block gives. Shared by all nodes: nothing in it may be changed. */
export interface Transition {
  readonly postState: BeaconState
  /** `current_justified_checkpoint` of the post-state. */
  readonly justified: Checkpoint
  /** `finalized_checkpoint` of the post-state. */
  readonly finalized: Checkpoint
  /** `current_justified_checkpoint` after `process_justification_and_finalization` on the post-state. */
  readonly unrealizedJustified: Checkpoint
  /** `finalized_checkpoint` after `process_justification_and_finalization` on the post-state. */
  readonly unrealizedFinalized: Checkpoint
  /** The block's attestations, in its order. */
  readonly indexedAttestations: readonly BlockAttestation[]
  /** Of each attester slashing in the block, in its order: the validators who signed both attestations. */
  readonly attesterSlashingIndices: readonly (readonly number[])[]
}
