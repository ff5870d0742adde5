import { SecretKey } from '@chainsafe/blst'
import type { BeaconConfig } from '@lodestar/config'
import {
  DOMAIN_AGGREGATE_AND_PROOF,
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_CONTRIBUTION_AND_PROOF,
  DOMAIN_RANDAO,
  DOMAIN_SELECTION_PROOF,
  DOMAIN_SYNC_COMMITTEE,
  DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF,
  ForkSeq,
  SLOTS_PER_EPOCH,
} from '@lodestar/params'
import {
  type AggregateAndProof,
  type altair,
  type BeaconBlock,
  type phase0,
  type SignedAggregateAndProof,
  type SignedBeaconBlock,
  ssz,
} from '@lodestar/types'
import { bytesToHex } from '../../genesis/hex.ts'
import { bytesOf } from '../protocol/signature-point.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { UnknownValidatorError } from './errors.ts'
import type { SlashableMessageError } from './slashing-protection/errors.ts'
import type { SlashingProtection } from './slashing-protection/slashing-protection.ts'

/** A validator whose duties this process does. */
export interface ValidatorKey {
  readonly index: number
  /** 32 bytes, big-endian. */
  readonly secretKey: Uint8Array
}

/** The signatures of several validators under one attestation. */
export interface AttestationSignatures {
  readonly signed: readonly { readonly validatorIndex: number; readonly signature: Uint8Array }[]
  readonly refused: readonly { readonly validatorIndex: number; readonly error: SlashableMessageError }[]
}

/** A container's type, as far as signing needs it. */
interface HashableType<Value> {
  hashTreeRoot(value: Value): Uint8Array
}

/**
 * Makes the signatures of validators, all 96 bytes. Blocks and attestations are signed only after slashing
 * protection has put them on record.
 *
 * @throws {UnknownValidatorError} from every method, for a validator that is not here
 */
export interface Signer {
  readonly validatorIndices: readonly number[]
  /** `get_epoch_signature` (phase0/validator.md). */
  signRandaoReveal(validatorIndex: number, slot: number): Uint8Array
  /**
   * `get_block_signature`.
   *
   * @param root `hash_tree_root(block)`
   * @throws {SlashableMessageError} @throws {ProtectionStoreError}
   */
  signBlock(block: BeaconBlock<Fork>, root: Uint8Array): SignedBeaconBlock<Fork>
  /** `get_attestation_signature`. @throws {ProtectionStoreError} */
  signAttestation(validatorIndices: readonly number[], data: phase0.AttestationData): AttestationSignatures
  /** `get_slot_signature`. */
  signSelectionProof(validatorIndex: number, slot: number): Uint8Array
  /** `get_aggregate_and_proof_signature`. */
  signAggregate(message: AggregateAndProof<Fork>): SignedAggregateAndProof<Fork>
  /** `get_sync_committee_message` (altair/validator.md), for several validators. */
  signSyncMessages(
    validatorIndices: readonly number[],
    slot: number,
    beaconBlockRoot: Uint8Array,
  ): altair.SyncCommitteeMessage[]
  /** `get_sync_committee_selection_proof`. */
  signSyncSelectionProof(validatorIndex: number, slot: number, subcommitteeIndex: number): Uint8Array
  /** `get_contribution_and_proof_signature`. */
  signContribution(message: altair.ContributionAndProof): altair.SignedContributionAndProof
}

/** What a signature is put on record with before it is made. */
export type SigningRecord = Pick<SlashingProtection, 'recordBlock' | 'recordAttestation'>

interface LoadedKey {
  readonly secretKey: SecretKey
  /** `0x` and 96 lower-case digits. */
  readonly publicKey: string
}

/** Signs with keys in memory. A signature takes some 0.3 ms. */
export class LocalSigner implements Signer {
  readonly validatorIndices: readonly number[]
  readonly #keys: ReadonlyMap<number, LoadedKey>
  readonly #config: BeaconConfig
  readonly #protection: SigningRecord

  constructor(parameters: {
    keys: readonly ValidatorKey[]
    config: BeaconConfig
    protection: SigningRecord
  }) {
    this.validatorIndices = parameters.keys.map(({ index }) => index)
    this.#keys = new Map(parameters.keys.map(({ index, secretKey }) => [index, loadKey(secretKey)]))
    this.#config = parameters.config
    this.#protection = parameters.protection
  }

  signRandaoReveal(validatorIndex: number, slot: number): Uint8Array {
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    return this.#sign(validatorIndex, this.#signingRoot(ssz.Epoch, epoch, DOMAIN_RANDAO, slot))
  }

  signBlock(block: BeaconBlock<Fork>, root: Uint8Array): SignedBeaconBlock<Fork> {
    const { slot, proposerIndex } = block
    const signingRoot = this.#signingRoot(ssz.Root, root, DOMAIN_BEACON_PROPOSER, slot)
    const { publicKey } = this.#key(proposerIndex)
    this.#protection.recordBlock(publicKey, { slot, signingRoot: bytesToHex(signingRoot) })
    const signature = this.#sign(proposerIndex, signingRoot)
    // A block and its signed form are of one fork, which the union of the forks cannot tell.
    return { message: block, signature } as SignedBeaconBlock<Fork>
  }

  signAttestation(validatorIndices: readonly number[], data: phase0.AttestationData): AttestationSignatures {
    // In the epoch of the target, which gossip and the chain hold to be that of the slot.
    const slot = data.target.epoch * SLOTS_PER_EPOCH
    const root = this.#signingRoot(ssz.phase0.AttestationData, data, DOMAIN_BEACON_ATTESTER, slot)
    const refusals = this.#protection.recordAttestation(
      validatorIndices.map((index) => this.#key(index).publicKey),
      {
        sourceEpoch: data.source.epoch,
        targetEpoch: data.target.epoch,
        signingRoot: bytesToHex(root),
      },
    )
    const signed: { validatorIndex: number; signature: Uint8Array }[] = []
    const refused: { validatorIndex: number; error: SlashableMessageError }[] = []
    for (const validatorIndex of validatorIndices) {
      const error = refusals.get(this.#key(validatorIndex).publicKey)
      if (error !== undefined) refused.push({ validatorIndex, error })
      else signed.push({ validatorIndex, signature: this.#sign(validatorIndex, root) })
    }
    return { signed, refused }
  }

  signSelectionProof(validatorIndex: number, slot: number): Uint8Array {
    return this.#sign(validatorIndex, this.#signingRoot(ssz.Slot, slot, DOMAIN_SELECTION_PROOF, slot))
  }

  signAggregate(message: AggregateAndProof<Fork>): SignedAggregateAndProof<Fork> {
    const { slot } = message.aggregate.data
    const { electra, phase0 } = ssz
    const isElectra = this.#config.getForkSeq(slot) >= ForkSeq.electra
    const type: HashableType<AggregateAndProof<Fork>> = isElectra
      ? (electra.AggregateAndProof as HashableType<AggregateAndProof<Fork>>)
      : (phase0.AggregateAndProof as HashableType<AggregateAndProof<Fork>>)
    const root = this.#signingRoot(type, message, DOMAIN_AGGREGATE_AND_PROOF, slot)
    const signature = this.#sign(message.aggregatorIndex, root)
    return { message, signature } as SignedAggregateAndProof<Fork>
  }

  signSyncMessages(
    validatorIndices: readonly number[],
    slot: number,
    beaconBlockRoot: Uint8Array,
  ): altair.SyncCommitteeMessage[] {
    const root = this.#signingRoot(ssz.Root, beaconBlockRoot, DOMAIN_SYNC_COMMITTEE, slot)
    return validatorIndices.map((validatorIndex) => ({
      slot,
      beaconBlockRoot,
      validatorIndex,
      signature: this.#sign(validatorIndex, root),
    }))
  }

  signSyncSelectionProof(validatorIndex: number, slot: number, subcommitteeIndex: number): Uint8Array {
    const { SyncAggregatorSelectionData } = ssz.altair
    const data = { slot, subcommitteeIndex }
    return this.#sign(
      validatorIndex,
      this.#signingRoot(SyncAggregatorSelectionData, data, DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF, slot),
    )
  }

  signContribution(message: altair.ContributionAndProof): altair.SignedContributionAndProof {
    const { slot } = message.contribution
    const root = this.#signingRoot(
      ssz.altair.ContributionAndProof,
      message,
      DOMAIN_CONTRIBUTION_AND_PROOF,
      slot,
    )
    return { message, signature: this.#sign(message.aggregatorIndex, root) }
  }

  /** `compute_signing_root`, in the domain of the fork at that slot. */
  #signingRoot<Value>(
    type: HashableType<Value>,
    value: Value,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    const domain = this.#config.getDomain(slot, domainType, slot)
    return ssz.phase0.SigningData.hashTreeRoot({ objectRoot: type.hashTreeRoot(value), domain })
  }

  #sign(validatorIndex: number, signingRoot: Uint8Array): Uint8Array {
    return bytesOf(this.#key(validatorIndex).secretKey.sign(signingRoot))
  }

  #key(validatorIndex: number): LoadedKey {
    const key = this.#keys.get(validatorIndex)
    if (key === undefined) throw new UnknownValidatorError(validatorIndex)
    return key
  }
}

function loadKey(bytes: Uint8Array): LoadedKey {
  const secretKey = SecretKey.fromBytes(bytes)
  return { secretKey, publicKey: bytesToHex(secretKey.toPublicKey().toBytes()) }
}
