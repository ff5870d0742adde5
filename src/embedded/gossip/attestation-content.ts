import type { BeaconConfig } from '@lodestar/config'
import { DOMAIN_BEACON_ATTESTER } from '@lodestar/params'
import { computeSigningRoot } from '@lodestar/state-transition'
import { type phase0, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { Checkpoint, Root } from '../fork-choice/types.ts'
import { BoundedMap } from '../protocol/bounded-map.ts'

/** Size of `AttestationData` in SSZ. */
export const ATTESTATION_DATA_SIZE = 128
/**
 * A slot has one in a calm network, before Electra one for each committee. With equivocations and forks there are
 * more; the oldest are forgotten. Each keeps some kilobytes: the library cuts its root out of a larger buffer.
 */
const CONTENTS_KEPT = 128

/** What a vote says, with its roots: hundreds of validators sign the same, so it is worked out once. */
export class AttestationContent {
  readonly data: phase0.AttestationData
  readonly slot: number
  readonly blockRoot: Root
  readonly target: Checkpoint
  readonly #config: BeaconConfig
  #root: Root | undefined
  #signingRoot: Uint8Array | undefined

  constructor(data: phase0.AttestationData, config: BeaconConfig) {
    this.data = data
    this.slot = data.slot
    this.blockRoot = toRootHex(data.beaconBlockRoot)
    this.target = { epoch: data.target.epoch, root: toRootHex(data.target.root) }
    this.#config = config
  }

  /** `hash_tree_root(data)` */
  get root(): Root {
    this.#root ??= toRootHex(ssz.phase0.AttestationData.hashTreeRoot(this.data))
    return this.#root
  }

  /** What attesters sign: the domain is the one of the target's epoch. */
  get signingRoot(): Uint8Array {
    this.#signingRoot ??= computeSigningRoot(ssz.phase0.AttestationData, this.data, this.#domain())
    return this.#signingRoot
  }

  #domain(): Uint8Array {
    return domainAtEpoch(this.#config, DOMAIN_BEACON_ATTESTER, this.target.epoch)
  }
}

/** One object for one content, as long as it is among the latest. */
export class AttestationContents {
  readonly #config: BeaconConfig
  readonly #contents = new BoundedMap<string, AttestationContent>(CONTENTS_KEPT)

  constructor(config: BeaconConfig) {
    this.#config = config
  }

  /** @param bytes SSZ of an `AttestationData`; 128 bytes */
  decode(bytes: Uint8Array): AttestationContent {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const known = this.#contents.get(key)
    if (known !== undefined) return known
    const content = new AttestationContent(ssz.phase0.AttestationData.deserialize(bytes), this.#config)
    this.#contents.set(key, content)
    return content
  }

  get size(): number {
    return this.#contents.size
  }
}

/** `get_domain` for a message of that epoch: by the fork schedule, whatever state it is judged by. */
export function domainAtEpoch(config: BeaconConfig, domainType: Uint8Array, epoch: number): Uint8Array {
  const { name } = config.getForkInfoAtEpoch(epoch)
  return config.getDomainAtFork(name, domainType)
}
