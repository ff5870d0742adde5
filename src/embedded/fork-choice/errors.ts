import { BaseError } from '../../errors.ts'

export type ForkChoiceReason =
  /** The options or the anchor cannot make a fork choice. */
  | 'invalid-option'
  /** A value that no valid block or attestation has, such as a negative slot. */
  | 'malformed'
  /** A block whose parent is not known, or no longer: fetch the parent first. */
  | 'unknown-parent'
  /** A block or attestation from a slot that has not started. */
  | 'future-slot'
  /** A block that is not later than the finalized epoch's first slot. */
  | 'before-finalized'
  /** A block whose chain leaves out the finalized block. */
  | 'conflicts-with-finalized'
  /** A block upon one whose execution payload is invalid, or an attestation for such a block. */
  | 'invalid-payload'
  /** A checkpoint that names a block that is not known. */
  | 'unknown-checkpoint'
  /** A block that is asked for, or voted for, is not known: an attestation may become valid with it. */
  | 'unknown-block'
  /** An attestation's target block is not known. */
  | 'unknown-target'
  /** An attestation's target is older than the previous epoch. */
  | 'target-epoch-not-current'
  /** An attestation's target epoch is not the epoch of its slot. */
  | 'target-epoch-mismatch'
  /** An attestation for a block that is later than its own slot. */
  | 'block-after-attestation'
  /** An attestation whose target is not the checkpoint block of the block it votes for. */
  | 'target-not-ancestor'
  /** A bound was reached. */
  | 'limit-reached'
  /** The execution client contradicts itself: it called a payload both valid and invalid. */
  | 'execution-conflict'
  /** The justified block's payload is invalid: there is no head. */
  | 'no-head'

export interface ForkChoiceErrorParameters {
  readonly reason: ForkChoiceReason
  /** One sentence with the values that were seen. */
  readonly message: string
  /** What the caller can do, one line each. */
  readonly hints?: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
}

/** An input that fork choice refuses. The store is as it was before the call. */
export class ForkChoiceError extends BaseError {
  readonly reason: ForkChoiceReason

  constructor({ reason, message, hints = [], facts }: ForkChoiceErrorParameters) {
    super({
      code: `fork-choice-${reason}`,
      category: reason === 'invalid-option' ? 'options' : 'runtime',
      shortMessage: message,
      metaMessages: hints,
      facts,
    })
    this.reason = reason
  }
}
