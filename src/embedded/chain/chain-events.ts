import type { Attestation, AttesterSlashing } from '@lodestar/types'
import type { AttestationSummary, Checkpoint, Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { BeaconChain } from './beacon-chain.ts'
import type { ChainAnchor } from './chain-anchor.ts'

/** The block that fork choice has chosen. A new object each time something in it changes. */
export interface ChainHead {
  readonly root: Root
  readonly slot: number
  readonly block: SignedBlock
  /** Post-state of the block. */
  readonly state: BeaconState
  /** Whether the execution client has not yet called its payload valid. */
  readonly isOptimistic: boolean
  /** Hash of its payload's block; of genesis, that in the state. */
  readonly executionBlockHash: Root
}

export interface Reorg {
  /** Slots from the common ancestor to the old head. */
  readonly depth: number
  readonly commonAncestor: Root
}

/** Names as the Beacon API's events, where there is one. */
export interface ChainEvents {
  /** A block was imported; the head has not moved yet. */
  block: [event: { readonly block: SignedBlock; readonly isOptimistic: boolean; readonly isTimely: boolean }]
  head: [
    event: {
      readonly head: ChainHead
      readonly previous: ChainHead
      /** Whether the new head is of a later epoch than the old one. */
      readonly isEpochTransition: boolean
      /** Present when the old head is not an ancestor of the new one. */
      readonly reorg?: Reorg
    },
  ]
  justified: [event: { readonly checkpoint: Checkpoint }]
  /** What is final is in the store by now. */
  finalized: [
    event: {
      readonly checkpoint: Checkpoint
      /** State root of the finalized block. */
      readonly stateRoot: Root
    },
  ]
  /** A block was found invalid; not emitted again for the same block. */
  invalid: [event: { readonly block: SignedBlock; readonly reason: string }]
}

/** An attestation from gossip, verified, as fork choice wants it. */
export interface AttestationForForkChoice extends AttestationSummary {
  readonly isFromBlock: false
  /** The container that blocks of its fork carry, for whoever keeps a record; made only when one is kept. */
  readonly toAttestation: () => Attestation
}

/**
 * Sees what fork choice sees, in the same order: consensus-specs `tests/formats/fork_choice` writes it down.
 * The attestations and slashings inside a block belong to the block and are not shown apart.
 */
export interface ChainObserver {
  /** Before anything else. What it throws is thrown by the chain's constructor. @param anchor what it starts from */
  onOpen?(chain: BeaconChain, anchor: ChainAnchor): void
  /** `on_tick`. @param timeMs Unix time */
  onTick?(timeMs: number): void
  /** All that counts from the last tick on has been shown: fork choice is as the observer knows it. */
  onTicked?(): void
  /** `on_block`. */
  onBlock?(block: SignedBlock, isValid: boolean): void
  /** `on_attestation`. One that comes in its own slot is shown when it counts, after the next slot's tick. */
  onAttestation?(attestation: Attestation, isValid: boolean): void
  /** `on_attester_slashing`. */
  onAttesterSlashing?(slashing: AttesterSlashing, isValid: boolean): void
  /** The chain follows time no more. */
  onStop?(): void
}
