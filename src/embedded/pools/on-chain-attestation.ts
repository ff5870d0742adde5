import { BitArray } from '@chainsafe/ssz'
import { ForkSeq, MAX_COMMITTEES_PER_SLOT } from '@lodestar/params'
import type { Attestation, phase0 } from '@lodestar/types'
import type { Fork } from '../protocol/signed-block.ts'
import { aggregateSignatureBytes } from './aggregate-signatures.ts'
import type { CombinedVotes } from './committee-votes.ts'

/** An attestation of one committee, in the format of a fork. */
export function committeeAttestation(
  fork: ForkSeq,
  { data, committeeIndex }: { data: phase0.AttestationData; committeeIndex: number },
  aggregationBits: BitArray,
  signature: Uint8Array,
): Attestation<Fork> {
  if (fork < ForkSeq.electra) return { aggregationBits, data, signature }
  const committeeBits = BitArray.fromSingleBit(MAX_COMMITTEES_PER_SLOT, committeeIndex)
  return { aggregationBits, data, signature, committeeBits }
}

/** Votes of one committee among those of an attestation. */
export interface CommitteePart {
  readonly committeeIndex: number
  readonly votes: CombinedVotes
}

/**
 * `compute_on_chain_aggregate` (electra/validator.md): one attestation of all committees that give the same
 * data, its aggregation bits those of the committees one after the other.
 *
 * @param parts One of each committee, ordered by its index.
 */
export function onChainAggregate(
  data: phase0.AttestationData,
  parts: readonly CommitteePart[],
): Attestation<Fork> {
  const committeeBits = BitArray.fromBitLen(MAX_COMMITTEES_PER_SLOT)
  const aggregationBits = BitArray.fromBitLen(parts.reduce((sum, { votes }) => sum + votes.bits.bitLen, 0))
  let offset = 0
  for (const { committeeIndex, votes } of parts) {
    committeeBits.set(committeeIndex, true)
    for (const position of votes.bits.getTrueBitIndexes()) aggregationBits.set(offset + position, true)
    offset += votes.bits.bitLen
  }
  const signature = aggregateSignatureBytes(parts.flatMap(({ votes }) => votes.parts))
  return { aggregationBits, data, signature, committeeBits }
}
