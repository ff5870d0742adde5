import { type PublicKey, SecretKey } from '@chainsafe/blst'
import type { BeaconConfig } from '@lodestar/config'
import { ssz } from '@lodestar/types'

/** A container's type, as far as signing needs it. */
interface HashableType<Value> {
  hashTreeRoot(value: Value): Uint8Array
}

/** What a validator signs: a root, already in its domain. */
export interface Signature {
  readonly root: Uint8Array
  readonly signer: PublicKey
  readonly bytes: Uint8Array
}

/** Keys of all validators, by their index. */
export class FloorSigner {
  readonly #config: BeaconConfig
  readonly #keys: readonly SecretKey[]
  readonly #publicKeys: readonly PublicKey[]
  #count = 0

  constructor(config: BeaconConfig, secretKeys: readonly Uint8Array[]) {
    this.#config = config
    this.#keys = secretKeys.map((bytes) => SecretKey.fromBytes(bytes))
    this.#publicKeys = this.#keys.map((key) => key.toPublicKey())
  }

  /** Signatures made. */
  get count(): number {
    return this.#count
  }

  /** `compute_signing_root`, in the domain of the slot's fork. */
  signingRoot<Value>(
    type: HashableType<Value>,
    value: Value,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    const domain = this.#config.getDomain(slot, domainType)
    return ssz.phase0.SigningData.hashTreeRoot({ objectRoot: type.hashTreeRoot(value), domain })
  }

  sign(validatorIndex: number, root: Uint8Array): Signature {
    const key = this.#keys[validatorIndex]
    const signer = this.#publicKeys[validatorIndex]
    if (key === undefined || signer === undefined) throw new Error(`no key of validator ${validatorIndex}`)
    this.#count++
    return { root, signer, bytes: key.sign(root).toBytes() }
  }
}
