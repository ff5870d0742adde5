import { BitArray } from '@chainsafe/ssz'
import {
  DOMAIN_AGGREGATE_AND_PROOF,
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_CONTRIBUTION_AND_PROOF,
  DOMAIN_SELECTION_PROOF,
  DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF,
  ForkName,
  MAX_COMMITTEES_PER_SLOT,
  SLOTS_PER_EPOCH,
  SYNC_COMMITTEE_SIZE,
  SYNC_COMMITTEE_SUBNET_COUNT,
} from '@lodestar/params'
import { computeSigningRoot } from '@lodestar/state-transition'
import {
  type AttesterSlashing,
  type altair,
  type phase0,
  type SignedAggregateAndProof,
  type SingleAttestation,
  ssz,
} from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { Fork, SignedBlock } from '../../../../../src/embedded/protocol/signed-block.ts'
import type { ChainBuilder } from '../../support/chain-builder.ts'

const subcommitteeSize = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

/** Makes valid messages for gossip, of each kind, with real signatures. */
export class TestMessages {
  readonly #builder: ChainBuilder

  constructor(builder: ChainBuilder) {
    this.#builder = builder
  }

  committee(head: SignedBlock, slot: number, committeeIndex = 0): Uint32Array {
    const { protocol } = this.#builder
    const state = protocol.advance(this.#builder.stateOf(head.root), Math.max(slot, head.slot))
    return state.epochCtx.getBeaconCommittee(slot, committeeIndex)
  }

  /** Of one member of a committee. */
  attestation(
    head: SignedBlock,
    slot: number,
    { committeeIndex = 0, position = 0, data = this.#data(head, slot, committeeIndex) } = {},
  ): SingleAttestation<Fork> {
    const committee = this.committee(head, slot, committeeIndex)
    const attesterIndex = committee[position] ?? 0
    const signature = this.signAttestation(attesterIndex, data)
    if (this.#builder.forkAt(slot) === ForkName.deneb) {
      return { aggregationBits: BitArray.fromSingleBit(committee.length, position), data, signature }
    }
    return { committeeIndex, attesterIndex, data, signature }
  }

  signAttestation(attesterIndex: number, data: phase0.AttestationData): Uint8Array {
    const { signer } = this.#builder
    return signer.sign(attesterIndex, signer.attestationRoot(data))
  }

  /** Of some members of a committee, by one of them. */
  aggregate(
    head: SignedBlock,
    slot: number,
    {
      committeeIndex = 0,
      aggregator = 0,
      positions = [0, 1],
      bitCount = undefined as number | undefined,
    } = {},
  ): SignedAggregateAndProof<Fork> {
    const { signer } = this.#builder
    const data = this.#data(head, slot, committeeIndex)
    const committee = this.committee(head, slot, committeeIndex)
    const bits = BitArray.fromBitLen(bitCount ?? committee.length)
    for (const position of positions) bits.set(position, true)
    const signers = positions.map((position) => committee[position] ?? 0)
    const plain = {
      aggregationBits: bits,
      data,
      signature:
        signers.length === 0
          ? new Uint8Array(96)
          : signer.signTogether(signers, signer.attestationRoot(data)),
    }
    const committeeBits = BitArray.fromSingleBit(MAX_COMMITTEES_PER_SLOT, committeeIndex)
    const isDeneb = this.#builder.forkAt(slot) === ForkName.deneb
    const aggregatorIndex = committee[aggregator] ?? 0
    const selectionProof = this.#selectionProof(aggregatorIndex, slot)
    return isDeneb
      ? this.signAggregate({ aggregatorIndex, aggregate: plain, selectionProof })
      : this.signAggregate({ aggregatorIndex, aggregate: { ...plain, committeeBits }, selectionProof })
  }

  signAggregate(message: SignedAggregateAndProof<Fork>['message']): SignedAggregateAndProof<Fork> {
    const { signer } = this.#builder
    const { slot } = message.aggregate.data
    const type =
      'committeeBits' in message.aggregate ? ssz.electra.AggregateAndProof : ssz.phase0.AggregateAndProof
    const root = computeSigningRoot<typeof message>(
      type,
      message,
      signer.domain(DOMAIN_AGGREGATE_AND_PROOF, slot),
    )
    return { message, signature: signer.sign(message.aggregatorIndex, root) }
  }

  /** The validators in the seats of the sync committee that signs in a slot. */
  syncCommittee(head: SignedBlock, slot: number): Uint32Array {
    return this.#builder.stateOf(head.root).epochCtx.getIndexedSyncCommittee(slot).validatorIndices
  }

  syncMessage(head: SignedBlock, slot: number, seat = 0): altair.SyncCommitteeMessage {
    const { signer } = this.#builder
    const validatorIndex = this.syncCommittee(head, slot)[seat] ?? 0
    const signature = signer.sign(validatorIndex, signer.syncMessageRoot(slot, head.root))
    return { slot, beaconBlockRoot: fromHex(head.root), validatorIndex, signature }
  }

  contribution(
    head: SignedBlock,
    slot: number,
    { subcommitteeIndex = 0, aggregator = 0, positions = [0, 1] } = {},
  ): altair.SignedContributionAndProof {
    const { signer } = this.#builder
    const first = subcommitteeIndex * subcommitteeSize
    const members = this.syncCommittee(head, slot).subarray(first, first + subcommitteeSize)
    const signers = positions.map((position) => members[position] ?? 0)
    const aggregationBits = BitArray.fromBitLen(subcommitteeSize)
    for (const position of positions) aggregationBits.set(position, true)
    const aggregatorIndex = members[aggregator] ?? 0
    const selection = computeSigningRoot(
      ssz.altair.SyncAggregatorSelectionData,
      { slot, subcommitteeIndex },
      signer.domain(DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF, slot),
    )
    return this.signContribution({
      aggregatorIndex,
      contribution: {
        slot,
        beaconBlockRoot: fromHex(head.root),
        subcommitteeIndex,
        aggregationBits,
        signature:
          signers.length === 0
            ? new Uint8Array(96)
            : signer.signTogether(signers, signer.syncMessageRoot(slot, head.root)),
      },
      selectionProof: signer.sign(aggregatorIndex, selection),
    })
  }

  signContribution(message: altair.ContributionAndProof): altair.SignedContributionAndProof {
    const { signer } = this.#builder
    const domain = signer.domain(DOMAIN_CONTRIBUTION_AND_PROOF, message.contribution.slot)
    const root = computeSigningRoot(ssz.altair.ContributionAndProof, message, domain)
    return { message, signature: signer.sign(message.aggregatorIndex, root) }
  }

  voluntaryExit(validatorIndex: number, epoch: number): phase0.SignedVoluntaryExit {
    const { protocol, signer } = this.#builder
    const message = { validatorIndex, epoch }
    const domain = protocol.config.getDomainForVoluntaryExit(epoch * SLOTS_PER_EPOCH)
    return {
      message,
      signature: signer.sign(validatorIndex, computeSigningRoot(ssz.phase0.VoluntaryExit, message, domain)),
    }
  }

  /** Two headers of one slot. */
  proposerSlashing(proposerIndex: number, slot: number): phase0.ProposerSlashing {
    return {
      signedHeader1: this.header(proposerIndex, slot, 1),
      signedHeader2: this.header(proposerIndex, slot, 2),
    }
  }

  header(proposerIndex: number, slot: number, fill: number): phase0.ProposerSlashing['signedHeader1'] {
    const { signer } = this.#builder
    const root = new Uint8Array(32).fill(fill)
    const message = { slot: BigInt(slot), proposerIndex, parentRoot: root, stateRoot: root, bodyRoot: root }
    const domain = signer.domain(DOMAIN_BEACON_PROPOSER, slot)
    const signingRoot = computeSigningRoot(ssz.phase0.BeaconBlockHeaderBigint, message, domain)
    return { message, signature: signer.sign(proposerIndex, signingRoot) }
  }

  /** Two votes of one target epoch, by validators given in ascending order. */
  attesterSlashing(indices: readonly number[], slot: number): AttesterSlashing<Fork> {
    return { attestation1: this.vote(indices, slot, 1), attestation2: this.vote(indices, slot, 2) }
  }

  vote(indices: readonly number[], slot: number, fill: number): AttesterSlashing<Fork>['attestation1'] {
    const { signer } = this.#builder
    const root = new Uint8Array(32).fill(fill)
    const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH))
    const data = {
      slot: BigInt(slot),
      index: 0n,
      beaconBlockRoot: root,
      source: { epoch: 0n, root: new Uint8Array(32) },
      target: { epoch, root },
    }
    const domain = signer.domain(DOMAIN_BEACON_ATTESTER, slot)
    const signingRoot = computeSigningRoot(ssz.phase0.AttestationDataBigint, data, domain)
    return { attestingIndices: [...indices], data, signature: signer.signTogether(indices, signingRoot) }
  }

  #selectionProof(validatorIndex: number, slot: number): Uint8Array {
    const { signer } = this.#builder
    return signer.sign(
      validatorIndex,
      computeSigningRoot(ssz.Slot, slot, signer.domain(DOMAIN_SELECTION_PROOF, slot)),
    )
  }

  #data(head: SignedBlock, slot: number, committeeIndex: number): phase0.AttestationData {
    const isDeneb = this.#builder.forkAt(slot) === ForkName.deneb
    return this.#builder.attestationData(head, slot, isDeneb ? committeeIndex : 0)
  }
}
