import { type altair, type fulu, ssz } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { Root } from '../fork-choice/types.ts'
import { GossipTopics } from '../gossip/topics.ts'
import type { PeerId, ResponseChunk, Wire } from '../links/wire.ts'
import { BlockMalformedError } from '../protocol/errors.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { PeerFaultError, PeerRefusalError } from './errors.ts'
import { BlockRoots, BlocksByRange, decodeOrUndefined, metadata, protocolIds } from './protocols.ts'
import { decodeStatus, encodeStatus, localStatus, type PeerStatus, type StatusVersion } from './status.ts'

/** Asks peers, and checks that what they answer is an answer: its size, its form, and that it was asked for. */
export class ReqResp {
  readonly #chain: BeaconChain
  readonly #wire: Pick<Wire, 'request'>
  readonly #topics: GossipTopics

  constructor({ chain, wire }: { chain: BeaconChain; wire: Pick<Wire, 'request'> }) {
    this.#chain = chain
    this.#wire = wire
    this.#topics = GossipTopics.of(chain.protocol.config)
  }

  /** Exchanges status. @throws RequestError, PeerFaultError, PeerRefusalError: like all methods here */
  async status(peer: PeerId): Promise<PeerStatus> {
    const version = this.#statusVersion
    const protocol = version === 1 ? protocolIds.statusV1 : protocolIds.statusV2
    const request = encodeStatus(localStatus(this.#chain, this.#topics), version)
    const { data } = await this.#askOne(peer, protocol, request)
    const status = decodeStatus(data, version)
    if (status === undefined) throw new PeerFaultError(peer, protocol, 'it is no status')
    return status
  }

  /** @returns the sequence number of the peer's metadata */
  async ping(peer: PeerId): Promise<bigint> {
    const { data } = await this.#askOne(peer, protocolIds.ping, ssz.phase0.Ping.serialize(metadata.seqNumber))
    const sequenceNumber = decodeOrUndefined(ssz.phase0.Ping, data)
    if (sequenceNumber === undefined) throw new PeerFaultError(peer, protocolIds.ping, 'it is no number')
    return sequenceNumber
  }

  async metadata(peer: PeerId): Promise<altair.Metadata | fulu.Metadata> {
    const isFulu = this.#statusVersion === 2
    const protocol = isFulu ? protocolIds.metadataV3 : protocolIds.metadataV2
    const { data } = await this.#askOne(peer, protocol, new Uint8Array())
    const value = isFulu
      ? decodeOrUndefined(ssz.fulu.Metadata, data)
      : decodeOrUndefined(ssz.altair.Metadata, data)
    if (value === undefined) throw new PeerFaultError(peer, protocol, 'it is no metadata')
    return value
  }

  async goodbye(peer: PeerId, reason: bigint): Promise<void> {
    await this.#askOne(peer, protocolIds.goodbye, ssz.phase0.Goodbye.serialize(reason))
  }

  /** Blocks of one chain in the slots from `startSlot` on, oldest first. */
  async *blocksByRange(peer: PeerId, startSlot: number, count: number): AsyncGenerator<SignedBlock> {
    const protocol = protocolIds.blocksByRange
    const request = BlocksByRange.serialize({ startSlot, count, step: 1 })
    let previous: SignedBlock | undefined
    for await (const block of this.#askBlocks(peer, protocol, request, count)) {
      if (block.slot < startSlot || block.slot >= startSlot + count) {
        throw new PeerFaultError(peer, protocol, `a block of slot ${block.slot} was not asked for`)
      }
      if (previous !== undefined && (block.slot <= previous.slot || block.parentRoot !== previous.root)) {
        throw new PeerFaultError(peer, protocol, `block ${block.root} does not follow ${previous.root}`)
      }
      previous = block
      yield block
    }
  }

  /** Blocks that the peer has of those that are asked for. */
  async *blocksByRoot(peer: PeerId, roots: readonly Root[]): AsyncGenerator<SignedBlock> {
    const protocol = protocolIds.blocksByRoot
    const request = BlockRoots.serialize(roots.map((root) => fromHex(root)))
    const missing = new Set(roots)
    for await (const block of this.#askBlocks(peer, protocol, request, roots.length)) {
      if (!missing.delete(block.root)) {
        throw new PeerFaultError(peer, protocol, `block ${block.root} was not asked for`)
      }
      yield block
    }
  }

  /** The version that fits the fork of now. Nodes here know both. */
  get #statusVersion(): StatusVersion {
    const { currentSlot, time } = this.#chain
    return this.#topics.at(time.epochOf(currentSlot)).fork === 'fulu' ? 2 : 1
  }

  async *#askBlocks(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncGenerator<SignedBlock> {
    for await (const chunk of this.#wire.request(peer, protocol, request, maxChunks)) {
      yield this.#decodeBlock(peer, protocol, requireSuccess(peer, protocol, chunk))
    }
  }

  /** The context says at which fork a block is to be decoded; its slot must say the same. */
  #decodeBlock(peer: PeerId, protocol: string, { context, data }: ResponseChunk): SignedBlock {
    try {
      const block = this.#chain.protocol.decodeBlock(data)
      const fork = this.#topics.at(this.#chain.time.epochOf(block.slot))
      if (this.#topics.byDigest(context) === fork) return block
    } catch (error) {
      if (!(error instanceof BlockMalformedError)) throw error
      throw new PeerFaultError(peer, protocol, error.shortMessage)
    }
    throw new PeerFaultError(peer, protocol, 'the context of a block is not of its fork')
  }

  async #askOne(peer: PeerId, protocol: string, request: Uint8Array): Promise<ResponseChunk> {
    for await (const chunk of this.#wire.request(peer, protocol, request, 1)) {
      return requireSuccess(peer, protocol, chunk)
    }
    throw new PeerFaultError(peer, protocol, 'the answer is empty')
  }
}

/** Of an error's message only the beginning is of interest (`ErrorMessage`, at most 256 bytes). */
const MESSAGE_BYTES_MAX = 256

function requireSuccess(peer: PeerId, protocol: string, chunk: ResponseChunk): ResponseChunk {
  if (chunk.code === 'success') return chunk
  const message = Buffer.from(chunk.data.subarray(0, MESSAGE_BYTES_MAX)).toString()
  throw new PeerRefusalError(peer, protocol, chunk.code, message)
}
