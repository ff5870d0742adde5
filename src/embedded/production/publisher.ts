import type {
  AttesterSlashing,
  altair,
  capella,
  phase0,
  SignedAggregateAndProof,
  SingleAttestation,
} from '@lodestar/types'
import { BaseError } from '../../errors.ts'
import type { Verdict } from '../links/wire.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'

/** Blobs that belong to a block, with their proofs (from Fulu on cell proofs). */
export interface BlockBlobs {
  readonly kzgProofs: readonly Uint8Array[]
  readonly blobs: readonly Uint8Array[]
}

/**
 * Where a node's own messages go: each is judged by the rules of gossip like anybody else's, enters the node's
 * pools and chain, and is sent to all peers.
 *
 * Of a list every item is tried. One that was known already counts as published.
 * @throws {PublishError} telling which items were not published, and why
 */
export interface Publisher {
  publishBlock(block: SignedBlock, blobs?: BlockBlobs): Promise<void>
  publishAttestations(attestations: readonly SingleAttestation<Fork>[]): Promise<void>
  publishAggregates(aggregates: readonly SignedAggregateAndProof<Fork>[]): Promise<void>
  publishSyncMessages(messages: readonly altair.SyncCommitteeMessage[]): Promise<void>
  publishContributions(contributions: readonly altair.SignedContributionAndProof[]): Promise<void>
  publishVoluntaryExit(exit: phase0.SignedVoluntaryExit): Promise<void>
  publishBlsChange(change: capella.SignedBLSToExecutionChange): Promise<void>
  publishProposerSlashing(slashing: phase0.ProposerSlashing): Promise<void>
  publishAttesterSlashing(slashing: AttesterSlashing<Fork>): Promise<void>
}

/** An item that was not published. */
export interface PublishFailure {
  /** Position in the list that was given; 0 for a single thing. */
  readonly index: number
  readonly verdict: Exclude<Verdict, 'accept'>
  readonly reason: string
}

const failuresShownMax = 5

/** Items that the rules of gossip do not let pass. */
export class PublishError extends BaseError {
  readonly failures: readonly PublishFailure[]

  constructor(what: string, failures: readonly PublishFailure[]) {
    const shown = failures.slice(0, failuresShownMax)
    const hidden = failures.length - shown.length
    super({
      code: 'publish-refused',
      category: 'runtime',
      shortMessage: `The rules of gossip do not let ${what} pass.`,
      metaMessages: [
        ...shown.map(({ index, verdict, reason }) => `Item ${index}: ${verdict}: ${reason}`),
        ...(hidden > 0 ? [`… and ${hidden} more.`] : []),
      ],
      facts: { failures },
    })
    this.failures = failures
  }
}
