import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../clock/clock.ts'
import { RequestError, type RequestFailure } from '../errors.ts'
import { payloadBytesMax } from '../flooding.ts'
import type { PeerId, ResponseChunk } from '../wire.ts'
import { StreamEndedError, WireFaultError } from './errors.ts'
import { encodeRequest, readChunk } from './payload.ts'
import { protocolRules } from './protocol-rules.ts'
import { RequestPace } from './request-pace.ts'
import { StreamInput, valueTimeoutMs } from './stream-input.ts'
import { endOutput, send } from './stream-output.ts'

export interface RequestClientOptions {
  readonly clock: Clock
  readonly connectionTo: (peer: PeerId) => Connection | undefined
  readonly onAnswer: (peer: PeerId) => void
  /** A request was not answered, through no certain fault of the peer's. */
  readonly onFailure: (peer: PeerId, reason: RequestFailure) => void
  readonly onFault: (peer: PeerId, error: WireFaultError) => void
}

interface Question {
  readonly peer: PeerId
  readonly protocol: string
  readonly request: Uint8Array
  readonly maxChunks: number
}

/** Asks peers, no faster than they allow, and reads what they answer. */
export class RequestClient {
  readonly #options: RequestClientOptions
  readonly #paces = new Map<PeerId, RequestPace>()

  constructor(options: RequestClientOptions) {
    this.#options = options
  }

  /** @throws {RequestError} from the iteration */
  async *ask(question: Question): AsyncGenerator<ResponseChunk, void, undefined> {
    const { peer, protocol, request, maxChunks } = question
    const fail = (reason: RequestFailure) => new RequestError(reason, peer, protocol)
    const { connectionTo } = this.#options
    const connection = connectionTo(peer)
    if (connection === undefined) throw fail('not-connected')
    if (request.length > payloadBytesMax) throw fail('request-too-large')
    const turn = this.#paceOf(peer).turn(protocol, maxChunks)
    if (turn === undefined) throw fail('too-many-requests')
    try {
      await turn.begin
      if (connectionTo(peer) !== connection) throw fail('disconnected')
      yield* this.#askNow(connection, question)
    } catch (error) {
      throw this.#failure(question, error)
    } finally {
      turn.end()
    }
  }

  /** Of a peer that has gone. */
  forget(peer: PeerId): void {
    this.#paces.delete(peer)
  }

  async *#askNow(connection: Connection, question: Question): AsyncGenerator<ResponseChunk, void, undefined> {
    const { clock } = this.#options
    const { peer, protocol, request, maxChunks } = question
    const rules = protocolRules(protocol)
    const stream = await openStream(connection, protocol, clock)
    const input = new StreamInput({
      clock,
      stream,
      begin: () => readChunk(rules),
      sizeOf: ({ data }: ResponseChunk) => data.length,
    })
    let chunks = 0
    try {
      await send(stream, encodeRequest(request, rules), clock)
      await endOutput(stream, clock)
      while (chunks < maxChunks) {
        const chunk = await input.next()
        // An empty answer is one as well.
        this.#options.onAnswer(peer)
        if (chunk === undefined) return
        chunks++
        yield chunk
        if (chunk.code !== 'success') return
      }
    } finally {
      void this.#end(question, stream, input, chunks === maxChunks)
    }
  }

  /** Lets a peer end a complete answer in its time. One that goes on instead is found out. */
  async #end(
    { peer, protocol }: Question,
    stream: Stream,
    input: StreamInput<ResponseChunk>,
    isComplete: boolean,
  ): Promise<void> {
    try {
      if (isComplete && (await input.next()) !== undefined) {
        this.#options.onFault(peer, new WireFaultError('too-many-chunks', protocol))
      }
    } catch (error) {
      if (error instanceof WireFaultError) this.#options.onFault(peer, error)
    } finally {
      input.stop()
      if (stream.status === 'open') stream.abort(new Error('The answer is not wanted any more.'))
    }
  }

  #failure({ peer, protocol }: Question, error: unknown): RequestError {
    if (error instanceof RequestError) return error
    if (error instanceof WireFaultError) {
      this.#options.onFault(peer, error)
      return new RequestError(failureOfFault[error.fault] ?? 'malformed', peer, protocol)
    }
    const isTimeout = error instanceof StreamEndedError && error.reason === 'timeout'
    const isUnsupported = error instanceof Error && error.name === 'UnsupportedProtocolError'
    const reason = isTimeout ? 'timeout' : isUnsupported ? 'not-supported' : 'disconnected'
    this.#options.onFailure(peer, reason)
    return new RequestError(reason, peer, protocol)
  }

  #paceOf(peer: PeerId): RequestPace {
    const pace = this.#paces.get(peer) ?? new RequestPace(this.#options.clock)
    this.#paces.set(peer, pace)
    return pace
  }
}

const failureOfFault: Readonly<Record<string, RequestFailure>> = {
  oversized: 'chunk-too-large',
  stalled: 'timeout',
}

/** Negotiates the protocol, in time. */
async function openStream(connection: Connection, protocol: string, clock: Clock): Promise<Stream> {
  const controller = new AbortController()
  const timeout = new StreamEndedError('timeout')
  const timer = clock.at(clock.nowMs + valueTimeoutMs, () => controller.abort(timeout))
  try {
    return await connection.newStream(protocol, { signal: controller.signal })
  } catch (error) {
    throw controller.signal.aborted ? timeout : error
  } finally {
    timer.cancel()
  }
}
