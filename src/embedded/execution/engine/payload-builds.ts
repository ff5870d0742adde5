import { sha256 } from '@noble/hashes/sha2.js'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes } from '../bytes.ts'
import type { ExecutedBlock } from '../chain/block-record.ts'
import type { BuildAttributes, BuiltBlock } from '../chain/build-block.ts'

/** Payloads asked for and not necessarily fetched; the oldest are forgotten first. */
const buildsMax = 32

/** Version byte of identifiers of payloads with PayloadAttributesV3, as Geth gives it. */
const attributesVersion = 3

interface PayloadBuild {
  readonly parent: ExecutedBlock
  readonly attributes: BuildAttributes
  built: Promise<BuiltBlock> | undefined
}

/**
 * The payloads that a node has been asked to build. The block is built when it is fetched: it then has the
 * newest transactions, and without timers no work is done for payloads that nobody fetches.
 */
export class PayloadBuilds {
  readonly #builds = new Map<Hex, PayloadBuild>()
  readonly #build: (parent: ExecutedBlock, attributes: BuildAttributes) => Promise<BuiltBlock>

  constructor(build: (parent: ExecutedBlock, attributes: BuildAttributes) => Promise<BuiltBlock>) {
    this.#build = build
  }

  /** Registers a build and returns its identifier, 8 bytes; the same for the same attributes. */
  begin(parent: ExecutedBlock, attributes: BuildAttributes): Hex {
    const id = payloadId(parent.record.hash, attributes)
    if (!this.#builds.has(id)) {
      const oldest = this.#builds.keys().next()
      if (this.#builds.size >= buildsMax && !oldest.done) this.#builds.delete(oldest.value)
      this.#builds.set(id, { parent, attributes, built: undefined })
    }
    return id
  }

  /** The payload's block, the same every time it is fetched; undefined for an unknown identifier. */
  fetch(id: Hex): Promise<BuiltBlock> | undefined {
    const build = this.#builds.get(id)
    if (build === undefined) return undefined
    build.built ??= this.#build(build.parent, build.attributes)
    return build.built
  }

  timestamp(id: Hex): number | undefined {
    return this.#builds.get(id)?.attributes.timestamp
  }
}

function payloadId(parentHash: Hex, attributes: BuildAttributes): Hex {
  const numbers = [
    attributes.timestamp,
    ...attributes.withdrawals.flatMap(({ index, validatorIndex, amount }) => [index, validatorIndex, amount]),
  ]
  const digest = sha256.create()
  digest.update(hexToBytes(parentHash))
  digest.update(attributes.prevRandao)
  digest.update(attributes.feeRecipient)
  digest.update(attributes.parentBeaconBlockRoot)
  for (const { address } of attributes.withdrawals) digest.update(address)
  digest.update(new TextEncoder().encode(numbers.join(',')))
  return bytesToHex(Uint8Array.from([attributesVersion, ...digest.digest().subarray(1, 8)]))
}
