import { createHash } from 'node:crypto'
import { aggregateSignatures, SecretKey, Signature } from '@chainsafe/blst'
import type { BeaconConfig } from '@lodestar/config'
import {
  BLS_WITHDRAWAL_PREFIX,
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_BLS_TO_EXECUTION_CHANGE,
  DOMAIN_RANDAO,
  DOMAIN_SYNC_COMMITTEE,
  ForkName,
  ForkSeq,
  SLOTS_PER_EPOCH,
} from '@lodestar/params'
import { computeSigningRoot, getBlockRootAtSlot } from '@lodestar/state-transition'
import {
  type AttesterSlashing,
  type BeaconBlock,
  type capella,
  type DomainType,
  type phase0,
  type SignedBeaconBlock,
  ssz,
} from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type {
  ValidatedAttestation,
  ValidatedSyncMessage,
} from '../../../../../src/embedded/pools/validated.ts'
import type { BeaconState } from '../../../../../src/embedded/protocol/beacon-state.ts'
import type { Fork } from '../../../../../src/embedded/protocol/signed-block.ts'
import { validatorSecretKeys } from '../../../../../src/genesis/validator-keys.ts'
import type { ValidatorsPlan } from '../../../../../src/plan/manifest.ts'

interface Signable<Value> {
  hashTreeRoot(value: Value): Uint8Array
}

/** The keys of all validators of a network, and what they sign. */
export class ValidatorSet {
  readonly #config: BeaconConfig
  readonly #keys: readonly SecretKey[]

  constructor(config: BeaconConfig, { keys, count }: ValidatorsPlan) {
    this.#config = config
    this.#keys = validatorSecretKeys(keys, 0, count).map((bytes) => SecretKey.fromBytes(bytes))
  }

  get count(): number {
    return this.#keys.length
  }

  key(index: number): SecretKey {
    const key = this.#keys[index]
    if (key === undefined) throw new RangeError(`There is no validator ${index}`)
    return key
  }

  randaoReveal(index: number, slot: number): Uint8Array {
    return this.#sign(index, ssz.Epoch, Math.floor(slot / SLOTS_PER_EPOCH), DOMAIN_RANDAO, slot)
  }

  signBlock(message: BeaconBlock<Fork>): SignedBeaconBlock<Fork> {
    const type = ssz[this.#config.getForkName(message.slot) as Fork].BeaconBlock as Signable<
      BeaconBlock<Fork>
    >
    const signature = this.#sign(message.proposerIndex, type, message, DOMAIN_BEACON_PROPOSER, message.slot)
    return { message, signature }
  }

  /** The attestations of all committees of a slot to the block whose state this is. */
  attest(state: BeaconState, slot: number): ValidatedAttestation[] {
    const { epochCtx } = state
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    return Array.from({ length: epochCtx.getCommitteeCountPerSlot(epoch) }).flatMap((_, committeeIndex) => {
      const data = this.attestationData(state, slot, committeeIndex)
      const dataRoot = toRootHex(ssz.phase0.AttestationData.hashTreeRoot(data))
      const committee = epochCtx.getBeaconCommittee(slot, committeeIndex)
      return Array.from(committee, (index, position) => {
        const signature = this.signAttestationData(index, data)
        return { data, dataRoot, committeeIndex, committee, position, signature }
      })
    })
  }

  /** @param state Post-state of a block of that slot or before, in the slot's epoch */
  attestationData(state: BeaconState, slot: number, committeeIndex: number): phase0.AttestationData {
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    const startSlot = epoch * SLOTS_PER_EPOCH
    const headRoot = headerRoot(state)
    return {
      slot,
      index: this.#config.getForkSeq(slot) >= ForkSeq.electra ? 0 : committeeIndex,
      beaconBlockRoot: headRoot,
      source: state.currentJustifiedCheckpoint.toValue(),
      target: { epoch, root: startSlot < state.slot ? getBlockRootAtSlot(state, startSlot) : headRoot },
    }
  }

  signAttestationData(index: number, data: phase0.AttestationData): Uint8Array {
    const slot = data.target.epoch * SLOTS_PER_EPOCH
    return this.#sign(index, ssz.phase0.AttestationData, data, DOMAIN_BEACON_ATTESTER, slot)
  }

  /** Messages of the whole sync committee for the block whose state this is. */
  syncMessages(state: BeaconState, slot: number): ValidatedSyncMessage[] {
    const blockRoot = headerRoot(state)
    const { validatorIndexMap } = state.epochCtx.getIndexedSyncCommittee(slot)
    return [...validatorIndexMap].map(([validatorIndex, seats]) => ({
      slot,
      blockRoot: toRootHex(blockRoot),
      validatorIndex,
      seats,
      signature: this.#sign(validatorIndex, ssz.Root, blockRoot, DOMAIN_SYNC_COMMITTEE, slot),
    }))
  }

  voluntaryExit(validatorIndex: number, epoch: number): phase0.SignedVoluntaryExit {
    const message = { validatorIndex, epoch }
    const domain = this.#config.getDomainForVoluntaryExit(epoch * SLOTS_PER_EPOCH)
    const root = computeSigningRoot(ssz.phase0.VoluntaryExit, message, domain)
    return { message, signature: this.key(validatorIndex).sign(root).toBytes() }
  }

  /** Credentials by which this validator's own key may change them. */
  blsCredentials(validatorIndex: number): Uint8Array {
    const credentials = createHash('sha256').update(this.key(validatorIndex).toPublicKey().toBytes()).digest()
    credentials[0] = BLS_WITHDRAWAL_PREFIX
    return new Uint8Array(credentials)
  }

  blsChange(validatorIndex: number, toExecutionAddress: Uint8Array): capella.SignedBLSToExecutionChange {
    const key = this.key(validatorIndex)
    const message = { validatorIndex, fromBlsPubkey: key.toPublicKey().toBytes(), toExecutionAddress }
    const domain = this.#config.getDomainAtFork(ForkName.phase0, DOMAIN_BLS_TO_EXECUTION_CHANGE)
    const root = computeSigningRoot(ssz.capella.BLSToExecutionChange, message, domain)
    return { message, signature: key.sign(root).toBytes() }
  }

  /** Two blocks of one slot. */
  proposerSlashing(proposerIndex: number, slot: number): phase0.ProposerSlashing {
    const header = (fill: number) => {
      const root = new Uint8Array(32).fill(fill)
      const message = { slot: BigInt(slot), proposerIndex, parentRoot: root, stateRoot: root, bodyRoot: root }
      const type = ssz.phase0.BeaconBlockHeaderBigint
      return { message, signature: this.#sign(proposerIndex, type, message, DOMAIN_BEACON_PROPOSER, slot) }
    }
    return { signedHeader1: header(1), signedHeader2: header(2) }
  }

  /** Two votes for one target, by all of these validators. */
  attesterSlashing(indices: readonly number[], slot: number): AttesterSlashing<Fork> {
    const attestingIndices = [...indices].sort((a, b) => a - b)
    const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH))
    const attestation = (fill: number) => {
      const root = new Uint8Array(32).fill(fill)
      const target = { epoch, root }
      const source = { epoch: 0n, root }
      const data = { slot: BigInt(slot), index: 0n, beaconBlockRoot: root, source, target }
      const type = ssz.phase0.AttestationDataBigint
      const signatures = attestingIndices.map((index) =>
        Signature.fromBytes(this.#sign(index, type, data, DOMAIN_BEACON_ATTESTER, slot)),
      )
      return { attestingIndices, data, signature: aggregateSignatures(signatures).toBytes() }
    }
    return { attestation1: attestation(1), attestation2: attestation(2) }
  }

  #sign<Value>(
    index: number,
    type: Signable<Value>,
    value: Value,
    domain: DomainType,
    slot: number,
  ): Uint8Array {
    const root = computeSigningRoot(type as never, value, this.#config.getDomain(slot, domain, slot))
    return this.key(index).sign(root).toBytes()
  }
}

/** Root of the block whose post-state this is. */
export function headerRoot(state: BeaconState): Uint8Array {
  const header = state.latestBlockHeader.toValue()
  // It is filled in by the next slot.
  if (header.stateRoot.every((byte) => byte === 0)) header.stateRoot = state.hashTreeRoot()
  return ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)
}
