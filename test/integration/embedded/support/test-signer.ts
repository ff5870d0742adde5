import { aggregateSignatures, SecretKey, type Signature } from '@chainsafe/blst'
import type { BeaconConfig } from '@lodestar/config'
import {
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_RANDAO,
  DOMAIN_SYNC_COMMITTEE,
  SLOTS_PER_EPOCH,
} from '@lodestar/params'
import { computeSigningRoot } from '@lodestar/state-transition'
import { type BeaconBlock, type phase0, ssz, sszTypesFor } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { Root } from '../../../../src/embedded/fork-choice/types.ts'
import type { Fork } from '../../../../src/embedded/protocol/signed-block.ts'
import { validatorSecretKeys } from '../../../../src/genesis/validator-keys.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'

/** Signs with the validators' own keys, in the domains of the network. */
export class TestSigner {
  readonly #config: BeaconConfig
  readonly #keys: readonly SecretKey[]

  constructor(config: BeaconConfig, { validators }: Manifest) {
    this.#config = config
    this.#keys = validatorSecretKeys(validators.keys, 0, validators.count).map((key) =>
      SecretKey.fromBytes(key),
    )
  }

  secretKey(validatorIndex: number): SecretKey {
    const key = this.#keys[validatorIndex]
    if (key === undefined) throw new RangeError(`There is no validator ${validatorIndex}.`)
    return key
  }

  sign(validatorIndex: number, signingRoot: Uint8Array): Uint8Array {
    return this.secretKey(validatorIndex).sign(signingRoot).toBytes()
  }

  /** One signature of all. */
  signTogether(validatorIndices: readonly number[], signingRoot: Uint8Array): Uint8Array {
    const signatures = new Map<number, Signature>()
    for (const index of validatorIndices) {
      if (!signatures.has(index)) signatures.set(index, this.secretKey(index).sign(signingRoot))
    }
    return aggregateSignatures(validatorIndices.flatMap((index) => signatures.get(index) ?? [])).toBytes()
  }

  /** @param slot for the fork, and of the message */
  domain(type: Uint8Array, slot: number): Uint8Array {
    return this.#config.getDomain(slot, type, slot)
  }

  block(fork: Fork, message: BeaconBlock<Fork>): Uint8Array {
    const { slot, proposerIndex } = message
    const domain = this.domain(DOMAIN_BEACON_PROPOSER, slot)
    const type = sszTypesFor(fork).BeaconBlock
    return this.sign(proposerIndex, computeSigningRoot(type, message, domain))
  }

  randaoReveal(validatorIndex: number, slot: number): Uint8Array {
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    const domain = this.domain(DOMAIN_RANDAO, slot)
    return this.sign(validatorIndex, computeSigningRoot(ssz.Epoch, epoch, domain))
  }

  attestationRoot(data: phase0.AttestationData): Uint8Array {
    const domain = this.domain(DOMAIN_BEACON_ATTESTER, data.target.epoch * SLOTS_PER_EPOCH)
    return computeSigningRoot(ssz.phase0.AttestationData, data, domain)
  }

  /** Of a sync committee message for a block, made in this slot. */
  syncMessageRoot(slot: number, blockRoot: Root): Uint8Array {
    return computeSigningRoot(ssz.Root, fromHex(blockRoot), this.domain(DOMAIN_SYNC_COMMITTEE, slot))
  }
}
