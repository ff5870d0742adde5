import type { BeaconConfig } from '@lodestar/config'
import { ForkName } from '@lodestar/params'
import { type SignedBeaconBlock, sszTypesFor } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import { messageOf } from '../../errors.ts'
import { binaryKey } from './binary-key.ts'
import { BlockMalformedError } from './errors.ts'
import type { Fork, SignedBlock } from './signed-block.ts'

/** Offset of the slot in a serialised block: after the message's offset (4 bytes) and the signature (96). */
const SLOT_OFFSET = 100
const SLOT_BYTES = 8
/** MAX_PAYLOAD_SIZE (phase0/p2p-interface.md): no block may be longer than what gossip carries. */
const BLOCK_BYTES_MAX = 10 * 1024 * 1024

/**
 * Makes `SignedBlock`s: one object for one content, for as long as anybody holds it. What is remembered by a
 * block is found again whichever way it comes, and forgotten together with it.
 */
export class BlockDecoder {
  readonly #config: BeaconConfig
  readonly #byContent = new Map<string, WeakRef<SignedBlock>>()
  readonly #byBytes = new WeakMap<Uint8Array, SignedBlock>()
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // By now another object may stand in its place.
    if (this.#byContent.get(key)?.deref() === undefined) this.#byContent.delete(key)
  })

  constructor(config: BeaconConfig) {
    this.#config = config
  }

  /** @throws BlockMalformedError */
  decode(bytes: Uint8Array): SignedBlock {
    const decoded = this.#byBytes.get(bytes)
    if (decoded !== undefined) return decoded
    const fork = this.#forkAt(slotOf(bytes))
    let value: SignedBeaconBlock<Fork>
    try {
      value = sszTypesFor(fork).SignedBeaconBlock.deserialize(bytes)
    } catch (cause) {
      throw new BlockMalformedError({
        problem: `its bytes do not decode at ${fork} (${messageOf(cause)})`,
        facts: { fork, bytes: bytes.length },
        cause,
      })
    }
    const block = this.#intern(fork, value, bytes)
    this.#byBytes.set(bytes, block)
    return block
  }

  /** @throws BlockMalformedError when its slot is of a fork that is not run here. */
  wrap(value: SignedBeaconBlock<Fork>): SignedBlock {
    return this.#intern(this.#forkAt(value.message.slot), value, undefined)
  }

  #intern(fork: Fork, value: SignedBeaconBlock<Fork>, bytes: Uint8Array | undefined): SignedBlock {
    const { message, signature } = value
    const root = toRootHex(sszTypesFor(fork).BeaconBlock.hashTreeRoot(message))
    const key = `${root}${binaryKey(signature)}`
    const known = this.#byContent.get(key)?.deref()
    if (known !== undefined) return known
    const block: SignedBlock = {
      fork,
      value,
      bytes: bytes ?? sszTypesFor(fork).SignedBeaconBlock.serialize(value),
      slot: message.slot,
      root,
      parentRoot: toRootHex(message.parentRoot),
      proposerIndex: message.proposerIndex,
      executionBlockHash: toRootHex(message.body.executionPayload.blockHash),
    }
    this.#byContent.set(key, new WeakRef(block))
    this.#collected.register(block, key)
    return block
  }

  #forkAt(slot: number): Fork {
    if (!Number.isSafeInteger(slot) || slot < 0) {
      throw new BlockMalformedError({ problem: `it has no slot`, facts: { slot } })
    }
    const fork = this.#config.getForkName(slot)
    if (fork === ForkName.deneb || fork === ForkName.electra || fork === ForkName.fulu) return fork
    throw new BlockMalformedError({ problem: `its slot ${slot} is at ${fork}`, facts: { slot, fork } })
  }
}

function slotOf(bytes: Uint8Array): number {
  if (bytes.length < SLOT_OFFSET + SLOT_BYTES || bytes.length > BLOCK_BYTES_MAX) {
    throw new BlockMalformedError({
      problem: `${bytes.length} bytes cannot be one`,
      facts: { bytes: bytes.length, bytesMax: BLOCK_BYTES_MAX },
    })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Number(view.getBigUint64(SLOT_OFFSET, true))
}
