import type { BitArray } from '@chainsafe/ssz'
import type { phase0 } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'

/**
 * What gossip has validated, with what it found out on the way, so that nobody computes it again. The nodes of
 * a network share one object for one message: work on it, such as decoding its signature, is remembered by it.
 */

/** A compressed BLS signature that was verified. */
export interface Signed {
  readonly signature: Uint8Array
}

/** Some members of a committee under one signature. */
export interface SignedBits extends Signed {
  /** By position in the committee. Must not be changed. */
  readonly bits: BitArray
}

/** What an attestation of any format is for. */
export interface AttestationSubject {
  readonly data: phase0.AttestationData
  /** `hash_tree_root(data)`. */
  readonly dataRoot: Root
  readonly committeeIndex: number
  /** Its validators in order, of the shuffling by which the attestation was verified. Must not be changed. */
  readonly committee: Uint32Array
}

/** One validator's attestation: a SingleAttestation, before Electra an Attestation with one bit. */
export interface ValidatedAttestation extends AttestationSubject, Signed {
  /** The attester's position in the committee. */
  readonly position: number
}

/** An aggregate of one committee, as aggregators send it. */
export interface ValidatedAggregate extends AttestationSubject, SignedBits {}

export interface ValidatedSyncMessage extends Signed {
  readonly slot: number
  readonly blockRoot: Root
  readonly validatorIndex: number
  /** All the validator's seats in the sync committee, 0 to SYNC_COMMITTEE_SIZE - 1: it can have several. */
  readonly seats: readonly number[]
}

export interface ValidatedContribution extends SignedBits {
  readonly slot: number
  readonly blockRoot: Root
  readonly subcommitteeIndex: number
}
