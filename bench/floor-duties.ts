import { aggregateSerializedSignatures } from '@chainsafe/blst'
import { BitArray } from '@chainsafe/ssz'
import {
  DOMAIN_AGGREGATE_AND_PROOF,
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_CONTRIBUTION_AND_PROOF,
  DOMAIN_SELECTION_PROOF,
  DOMAIN_SYNC_COMMITTEE,
  DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF,
  MAX_COMMITTEES_PER_SLOT,
  SLOTS_PER_EPOCH,
  SLOTS_PER_HISTORICAL_ROOT,
  SYNC_COMMITTEE_SIZE,
  SYNC_COMMITTEE_SUBNET_COUNT,
} from '@lodestar/params'
import type { CachedBeaconStateFulu } from '@lodestar/state-transition'
import { type altair, type electra, type phase0, ssz } from '@lodestar/types'
import type { FloorSigner, Signature } from './floor-signer.ts'

const SUBCOMMITTEE_SIZE: number = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

/** What the validators of a slot say of its block. */
export interface SlotMessages {
  /** All that are in it, each once. */
  readonly signatures: readonly Signature[]
  /** For the next block. */
  readonly attestation: electra.Attestation
  /** For the next block. */
  readonly syncAggregate: altair.SyncAggregate
}

/**
 * The single votes and sync committee messages of everyone, and for each committee and subcommittee one
 * aggregate with its selection proof. Who aggregates is not drawn by lot, so that no selection proof is made
 * that no message carries.
 */
export function slotMessages(
  state: CachedBeaconStateFulu,
  slot: number,
  blockRoot: Uint8Array,
  signer: FloorSigner,
): SlotMessages {
  const votes = committeeMessages(state, slot, blockRoot, signer)
  const messages = syncCommitteeMessages(state, slot, blockRoot, signer)
  return {
    signatures: [...votes.signatures, ...messages.signatures],
    attestation: votes.attestation,
    syncAggregate: messages.syncAggregate,
  }
}

function committeeMessages(
  state: CachedBeaconStateFulu,
  slot: number,
  blockRoot: Uint8Array,
  signer: FloorSigner,
): Pick<SlotMessages, 'signatures' | 'attestation'> {
  const { epochCtx } = state
  const data = attestationData(state, slot, blockRoot)
  const root = signer.signingRoot(ssz.phase0.AttestationData, data, DOMAIN_BEACON_ATTESTER, slot)
  const proofRoot = signer.signingRoot(ssz.Slot, slot, DOMAIN_SELECTION_PROOF, slot)
  const all: Signature[] = []
  const votes: Uint8Array[] = []
  const committeeCount = epochCtx.getCommitteeCountPerSlot(epochCtx.epoch)
  for (let index = 0; index < committeeCount; index++) {
    const committee = [...epochCtx.getBeaconCommittee(slot, index)]
    const signed = committee.map((validatorIndex) => signer.sign(validatorIndex, root))
    const ofCommittee = signed.map(({ bytes }) => bytes)
    const aggregate = attestation(data, [index], committee.length, ofCommittee)
    const [aggregatorIndex = 0] = committee
    const proof = signer.sign(aggregatorIndex, proofRoot)
    const message = { aggregatorIndex, aggregate, selectionProof: proof.bytes }
    const type = ssz.electra.AggregateAndProof
    const messageRoot = signer.signingRoot(type, message, DOMAIN_AGGREGATE_AND_PROOF, slot)
    all.push(...signed, proof, signer.sign(aggregatorIndex, messageRoot))
    votes.push(...ofCommittee)
  }
  const committees = Array.from({ length: committeeCount }, (_, index) => index)
  return { signatures: all, attestation: attestation(data, committees, votes.length, votes) }
}

function syncCommitteeMessages(
  state: CachedBeaconStateFulu,
  slot: number,
  beaconBlockRoot: Uint8Array,
  signer: FloorSigner,
): Pick<SlotMessages, 'signatures' | 'syncAggregate'> {
  const seats = [...state.epochCtx.getIndexedSyncCommittee(slot).validatorIndices]
  const root = signer.signingRoot(ssz.Root, beaconBlockRoot, DOMAIN_SYNC_COMMITTEE, slot)
  const byMember = new Map([...new Set(seats)].map((index) => [index, signer.sign(index, root)]))
  const votes = seats.flatMap((index) => byMember.get(index)?.bytes ?? [])
  const all = [...byMember.values()]
  for (let subcommitteeIndex = 0; subcommitteeIndex < SYNC_COMMITTEE_SUBNET_COUNT; subcommitteeIndex++) {
    const start = subcommitteeIndex * SUBCOMMITTEE_SIZE
    const aggregatorIndex = seats[start] ?? 0
    const proofData = { slot, subcommitteeIndex }
    const proofDomain = DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF
    const proofType = ssz.altair.SyncAggregatorSelectionData
    const proof = signer.sign(aggregatorIndex, signer.signingRoot(proofType, proofData, proofDomain, slot))
    const contribution = {
      slot,
      beaconBlockRoot,
      subcommitteeIndex,
      aggregationBits: allBits(SUBCOMMITTEE_SIZE),
      signature: sum(votes.slice(start, start + SUBCOMMITTEE_SIZE)),
    }
    const message = { aggregatorIndex, contribution, selectionProof: proof.bytes }
    const type = ssz.altair.ContributionAndProof
    const messageRoot = signer.signingRoot(type, message, DOMAIN_CONTRIBUTION_AND_PROOF, slot)
    all.push(proof, signer.sign(aggregatorIndex, messageRoot))
  }
  const syncAggregate = { syncCommitteeBits: allBits(seats.length), syncCommitteeSignature: sum(votes) }
  return { signatures: all, syncAggregate }
}

function attestationData(
  state: CachedBeaconStateFulu,
  slot: number,
  beaconBlockRoot: Uint8Array,
): phase0.AttestationData {
  const { epoch } = state.epochCtx
  const targetSlot = epoch * SLOTS_PER_EPOCH
  const root =
    targetSlot === slot ? beaconBlockRoot : state.blockRoots.get(targetSlot % SLOTS_PER_HISTORICAL_ROOT)
  const source = state.currentJustifiedCheckpoint.toValue()
  return { slot, index: 0, beaconBlockRoot, source, target: { epoch, root } }
}

/** Of everyone in these committees. */
function attestation(
  data: phase0.AttestationData,
  committees: readonly number[],
  memberCount: number,
  signatures: Uint8Array[],
): electra.Attestation {
  const committeeBits = BitArray.fromBitLen(MAX_COMMITTEES_PER_SLOT)
  for (const index of committees) committeeBits.set(index, true)
  return { aggregationBits: allBits(memberCount), data, committeeBits, signature: sum(signatures) }
}

function allBits(length: number): BitArray {
  return BitArray.fromBoolArray(new Array(length).fill(true))
}

function sum(signatures: Uint8Array[]): Uint8Array {
  return aggregateSerializedSignatures(signatures).toBytes()
}
