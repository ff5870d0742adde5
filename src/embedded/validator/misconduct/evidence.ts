import { aggregateSignatures, Signature } from '@chainsafe/blst'
import type { BeaconConfig } from '@lodestar/config'
import { signedBlockToSignedHeader } from '@lodestar/state-transition'
import { type AttesterSlashing, type phase0, type SignedBeaconBlock, ssz } from '@lodestar/types'
import type { Fork } from '../../protocol/signed-block.ts'
import { groupBy } from '../group-by.ts'
import type { SignedVote } from '../slot-vote.ts'

/** `ProposerSlashing` of two blocks of one proposer and slot (phase0/beacon-chain.md). */
export function proposerSlashing(
  config: BeaconConfig,
  [one, other]: readonly [SignedBeaconBlock<Fork>, SignedBeaconBlock<Fork>],
): phase0.ProposerSlashing {
  const headerOf = (block: SignedBeaconBlock<Fork>) =>
    ssz.phase0.SignedBeaconBlockHeaderBigint.fromJson(
      ssz.phase0.SignedBeaconBlockHeader.toJson(signedBlockToSignedHeader(config, block)),
    )
  return { signedHeader1: headerOf(one), signedHeader2: headerOf(other) }
}

/** Two votes of one validator, of which the first may surround the second (`is_slashable_attestation_data`). */
export interface VotePair {
  readonly first: SignedVote
  readonly second: SignedVote
}

/** `AttesterSlashing`: one for all validators whose votes say the same. */
export function attesterSlashings(pairs: readonly VotePair[]): AttesterSlashing<Fork>[] {
  const groups = [...groupBy(pairs, ({ first }) => first.data).values()].flatMap((members) => [
    ...groupBy(members, ({ second }) => second.data).values(),
  ])
  return groups.map((members) => ({
    attestation1: indexedAttestation(members.map(({ first }) => first)),
    attestation2: indexedAttestation(members.map(({ second }) => second)),
  }))
}

function indexedAttestation(votes: readonly SignedVote[]): phase0.IndexedAttestationBigint {
  const sorted = votes.toSorted((a, b) => a.validatorIndex - b.validatorIndex)
  const [any] = sorted
  if (any === undefined) throw new RangeError('There is no vote to prove anything by.')
  const { AttestationData, AttestationDataBigint } = ssz.phase0
  return {
    attestingIndices: sorted.map(({ validatorIndex }) => validatorIndex),
    data: AttestationDataBigint.fromJson(AttestationData.toJson(any.data)),
    signature: aggregateSignatures(sorted.map(({ signature }) => Signature.fromBytes(signature))).toBytes(),
  }
}
