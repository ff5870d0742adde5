import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { messageOf } from '../../../errors.ts'
import type { Clock } from '../../clock/clock.ts'
import type { PeerId, ResponseChunk, WireHandlers } from '../wire.ts'
import { StreamEndedError, WireFaultError } from './errors.ts'
import { encodeChunk, readRequest } from './payload.ts'
import { type ProtocolRules, protocolRules } from './protocol-rules.ts'
import { StreamInput } from './stream-input.ts'
import { endOutput, send } from './stream-output.ts'
import { TokenBucket } from './token-bucket.ts'

/** Requests of one peer under way at once. The specification's limit is 2 a protocol. */
const openRequestsMax = 24
/** What honest peers ask is far below, also when they catch up from nothing. */
const requestsPerSecond = 20
const requestsBurst = 100

export interface RequestServerOptions {
  readonly node: Pick<Libp2p, 'handle' | 'unhandle'>
  readonly clock: Clock
  readonly answer: WireHandlers['onRequest']
  /** A peer has made a request that could be read. */
  readonly onRequest: (peer: PeerId) => void
  readonly onFault: (peer: PeerId, error: WireFaultError) => void
  /** Hears of what `answer` throws, which the peer is told with `server-error`. */
  readonly onError: (error: unknown) => void
}

/** Who has asked how much. */
interface Asker {
  open: number
  readonly budget: TokenBucket
}

/** Reads the requests of peers and sends them the answers, within limits of size, number and time. */
export class RequestServer {
  readonly #options: RequestServerOptions
  readonly #askers = new Map<PeerId, Asker>()
  #offered: ReadonlySet<string> = new Set()
  #changing: Promise<void> = Promise.resolve()

  constructor(options: RequestServerOptions) {
    this.#options = options
  }

  /** Resolves when these protocols and no others are offered. */
  offer(protocols: readonly string[]): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(new Set(protocols)))
    return this.#changing
  }

  /** What it has asked before is forgotten, so that there are no more askers than peers. */
  forget(peer: PeerId): void {
    this.#askers.delete(peer)
  }

  async #change(wanted: ReadonlySet<string>): Promise<void> {
    const { node } = this.#options
    const gone = [...this.#offered].filter((protocol) => !wanted.has(protocol))
    const added = [...wanted].filter((protocol) => !this.#offered.has(protocol))
    this.#offered = wanted
    await node.unhandle(gone)
    for (const protocol of added) {
      const rules = protocolRules(protocol)
      await node.handle(protocol, (stream, connection) => this.#serve(stream, connection, rules), {
        // Above our own limit, which is the one that names the peer.
        maxInboundStreams: 2 * openRequestsMax,
      })
    }
  }

  async #serve(stream: Stream, connection: Connection, rules: ProtocolRules): Promise<void> {
    const peer = connection.remotePeer.toString()
    const asker = this.#askerOf(peer)
    asker.open++
    try {
      if (asker.open > openRequestsMax || !asker.budget.take(1)) {
        throw new WireFaultError('too-many-requests', `${stream.protocol}, ${asker.open} at once`)
      }
      const request = await this.#readRequest(stream, rules)
      this.#options.onRequest(peer)
      await this.#answer(stream, request, peer)
      await endOutput(stream, this.#options.clock)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(messageOf(error)))
      if (error instanceof WireFaultError) this.#options.onFault(peer, error)
      // Anything else is the end of the stream, at whichever moment it came.
    } finally {
      asker.open--
    }
  }

  async #readRequest(stream: Stream, rules: ProtocolRules): Promise<Uint8Array> {
    // A protocol without a body is answered at once.
    if (rules.requestBytesMax === 0) return new Uint8Array(0)
    const input = new StreamInput({
      clock: this.#options.clock,
      stream,
      begin: () => readRequest(rules),
      sizeOf: (request: Uint8Array) => request.length,
    })
    try {
      const request = await input.next()
      if (request === undefined) throw new StreamEndedError('reset')
      return request
    } finally {
      input.stop()
    }
  }

  async #answer(stream: Stream, request: Uint8Array, peer: PeerId): Promise<void> {
    for await (const chunk of this.#chunks(stream.protocol, request, peer)) {
      await send(stream, encodeChunk(chunk), this.#options.clock)
      if (chunk.code !== 'success') return
    }
  }

  /** The answer; where it breaks off because of an error of ours, the peer is told. */
  async *#chunks(protocol: string, request: Uint8Array, peer: PeerId): AsyncGenerator<ResponseChunk> {
    const { answer, onError } = this.#options
    try {
      yield* answer(protocol, request, peer)
    } catch (error) {
      onError(error)
      yield { code: 'server-error', context: new Uint8Array(0), data: Buffer.from(messageOf(error)) }
    }
  }

  #askerOf(peer: PeerId): Asker {
    const known = this.#askers.get(peer)
    if (known !== undefined) return known
    const { clock } = this.#options
    const budget = new TokenBucket({ clock, burst: requestsBurst, perSecond: requestsPerSecond })
    const asker = { open: 0, budget }
    this.#askers.set(peer, asker)
    return asker
  }
}
