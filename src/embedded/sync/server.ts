import { ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { Root } from '../fork-choice/types.ts'
import { GossipTopics } from '../gossip/topics.ts'
import type { PeerId, ResponseChunk, ResponseCode } from '../links/wire.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import {
  BlockRoots,
  BlocksByRange,
  decodeOrUndefined,
  metadata,
  protocolIds,
  REQUEST_BLOCKS_MAX,
} from './protocols.ts'
import { decodeStatus, encodeStatus, localStatus, type PeerStatus, type StatusVersion } from './status.ts'

export interface RequestServerParameters {
  readonly chain: BeaconChain
  readonly onStatus: (peer: PeerId, status: PeerStatus) => void
  readonly onGoodbye: (peer: PeerId) => void
}

type Response = Iterable<ResponseChunk> | AsyncIterable<ResponseChunk>

/** Answers the requests of peers (p2p-interface.md, "The Req/Resp domain"), whatever bytes they are made of. */
export class RequestServer {
  readonly #parameters: RequestServerParameters
  readonly #topics: GossipTopics
  readonly #handlers: ReadonlyMap<string, (request: Uint8Array, from: PeerId) => Response>

  constructor(parameters: RequestServerParameters) {
    this.#parameters = parameters
    this.#topics = GossipTopics.of(parameters.chain.protocol.config)
    this.#handlers = new Map<string, (request: Uint8Array, from: PeerId) => Response>([
      [protocolIds.statusV1, (request, from) => this.#status(request, from, 1)],
      [protocolIds.statusV2, (request, from) => this.#status(request, from, 2)],
      [protocolIds.goodbye, (request, from) => this.#goodbye(request, from)],
      [protocolIds.ping, (request) => this.#ping(request)],
      [protocolIds.metadataV2, (request) => this.#metadata(request, 2)],
      [protocolIds.metadataV3, (request) => this.#metadata(request, 3)],
      [protocolIds.blocksByRange, (request) => this.#blocksByRange(request)],
      [protocolIds.blocksByRoot, (request) => this.#blocksByRoot(request)],
      // "Peers that are unable to reply to this request MAY … return no response": there are no blobs here.
      [protocolIds.blobsByRange, () => []],
      [protocolIds.blobsByRoot, () => []],
      [protocolIds.columnsByRange, () => []],
      [protocolIds.columnsByRoot, () => []],
    ])
  }

  /** The wire's `onRequest`. */
  serve(protocol: string, request: Uint8Array, from: PeerId): Response {
    return (
      this.#handlers.get(protocol)?.(request, from) ?? [invalidRequest('this protocol is not spoken here')]
    )
  }

  #status(request: Uint8Array, from: PeerId, version: StatusVersion): ResponseChunk[] {
    const status = decodeStatus(request, version)
    if (status === undefined) return [invalidRequest('this is no status')]
    const { chain, onStatus } = this.#parameters
    onStatus(from, status)
    return [success(encodeStatus(localStatus(chain, this.#topics), version))]
  }

  #goodbye(request: Uint8Array, from: PeerId): ResponseChunk[] {
    if (decodeOrUndefined(ssz.phase0.Goodbye, request) === undefined) {
      return [invalidRequest('this is no reason')]
    }
    this.#parameters.onGoodbye(from)
    return [success(request)]
  }

  #ping(request: Uint8Array): ResponseChunk[] {
    if (decodeOrUndefined(ssz.phase0.Ping, request) === undefined) {
      return [invalidRequest('this is no sequence number')]
    }
    return [success(ssz.phase0.Ping.serialize(metadata.seqNumber))]
  }

  #metadata(request: Uint8Array, version: 2 | 3): ResponseChunk[] {
    if (request.length > 0) return [invalidRequest('this request has no content')]
    return [
      success(
        version === 2 ? ssz.altair.Metadata.serialize(metadata) : ssz.fulu.Metadata.serialize(metadata),
      ),
    ]
  }

  /** Blocks of the head's chain: what does not follow upon what was sent, after a re-org, is not sent. */
  async *#blocksByRange(request: Uint8Array): AsyncGenerator<ResponseChunk> {
    const range = decodeOrUndefined(BlocksByRange, request)
    if (range === undefined) return yield invalidRequest('this is no range')
    const { startSlot, count, step } = range
    if (count < 1 || count > REQUEST_BLOCKS_MAX)
      return yield invalidRequest(`count must be 1 to ${REQUEST_BLOCKS_MAX}`)
    if (!Number.isSafeInteger(startSlot + count)) return yield invalidRequest('start_slot is out of range')
    if (step < 1) return yield invalidRequest('step must be 1')
    const { chain } = this.#parameters
    // "Clients may respond with a single block if a larger step is returned."
    const end = startSlot + (step === 1 ? count : 1)
    let previousRoot: Root | undefined
    for (let slot = startSlot; slot < end && slot <= chain.head.slot; slot++) {
      const root = await chain.canonicalRoot(slot)
      const block = root && (chain.block(root) ?? (await chain.loadBlock(root)))
      if (!block) continue
      if (previousRoot !== undefined && block.parentRoot !== previousRoot) return
      previousRoot = block.root
      yield this.#blockChunk(block)
    }
  }

  async *#blocksByRoot(request: Uint8Array): AsyncGenerator<ResponseChunk> {
    const roots = decodeOrUndefined(BlockRoots, request)
    if (roots === undefined)
      return yield invalidRequest(`this is no list of at most ${REQUEST_BLOCKS_MAX} roots`)
    const { chain } = this.#parameters
    for (const root of new Set(roots.map(toRootHex))) {
      const block = chain.block(root) ?? (await chain.loadBlock(root))
      if (block !== undefined) yield this.#blockChunk(block)
    }
  }

  #blockChunk({ slot, bytes }: SignedBlock): ResponseChunk {
    const { digest } = this.#topics.at(this.#parameters.chain.time.epochOf(slot))
    return { code: 'success', context: digest, data: bytes }
  }
}

const noContext = new Uint8Array()

function success(data: Uint8Array): ResponseChunk {
  return { code: 'success', context: noContext, data }
}

function invalidRequest(message: string): ResponseChunk {
  const code: ResponseCode = 'invalid-request'
  return { code, context: noContext, data: Buffer.from(message) }
}
