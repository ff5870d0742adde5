import { messageOf } from '../../errors.ts'
import type { Clock } from '../clock/clock.ts'
import { RequestError } from './errors.ts'
import { Exchange } from './exchange.ts'
import { payloadBytesMax } from './flooding.ts'
import type { Channel, Member } from './member.ts'
import { Transfers } from './transfers.ts'
import type { PeerId, ResponseChunk } from './wire.ts'

/** Requests of one node that one peer may be answering. The specification's own clients allow 2 a protocol. */
export const openRequestsMax = 16

/** ErrorMessage of the specification: at most so many bytes. */
const errorMessageBytesMax = 256

export interface Question {
  readonly protocol: string
  readonly request: Uint8Array
  readonly from: PeerId
}

export interface RequestsOptions {
  readonly clock: Clock
  readonly answer: (
    member: Member,
    question: Question,
  ) => Iterable<ResponseChunk> | AsyncIterable<ResponseChunk>
  /** Hears of what `answer` throws, which the peer is told with `server-error`. */
  readonly onError: (member: Member, error: unknown) => void
}

/** Request and response between connected nodes. What crosses a link takes its delay, and stays in order. */
export class Requests {
  readonly #options: RequestsOptions
  readonly #open = new Map<Channel, Set<Exchange>>()
  readonly #transfers: Transfers

  constructor(options: RequestsOptions) {
    this.#options = options
    this.#transfers = new Transfers(options.clock)
  }

  /** @throws {RequestError} from the iteration */
  async *ask(
    channel: Channel,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncGenerator<ResponseChunk, void, undefined> {
    const fail = (reason: 'not-connected' | 'request-too-large' | 'too-many-requests') => {
      throw new RequestError(reason, channel.to.id, protocol)
    }
    if (!channel.isOpen) fail('not-connected')
    if (request.length > payloadBytesMax) fail('request-too-large')
    const exchanges = this.#open.get(channel) ?? new Set()
    if (exchanges.size >= openRequestsMax) fail('too-many-requests')
    const { clock } = this.#options
    const exchange = new Exchange({
      clock,
      channel,
      protocol,
      maxChunks,
      onClose: () => this.#forget(exchange),
    })
    this.#open.set(channel, exchanges.add(exchange))
    const question = { protocol, request, from: channel.from.id }
    this.#transfers.send(channel, () => this.#serve(exchange, question), { bytes: request.length })
    yield* exchange.chunks()
  }

  /** Fails what was asked over a connection that has closed. */
  onDisconnect(channel: Channel): void {
    for (const exchange of this.#open.get(channel) ?? []) exchange.fail('disconnected')
  }

  #forget(exchange: Exchange): void {
    const exchanges = this.#open.get(exchange.channel)
    exchanges?.delete(exchange)
    if (exchanges?.size === 0) this.#open.delete(exchange.channel)
  }

  /** Answers at the other end. Time stands still meanwhile, since an answer may come from a disk. */
  async #serve(exchange: Exchange, question: Question): Promise<void> {
    const { to: answerer, reverse: channel } = exchange.channel
    let lastMs = 0
    const send = (onArrival: () => void, bytes = 0) => {
      lastMs = this.#transfers.send(channel, onArrival, { earliestMs: lastMs, canBeLost: false, bytes })
    }
    let chunks = 0
    try {
      for await (const chunk of this.#options.answer(answerer, question)) {
        if (!exchange.isOpen) return
        send(() => exchange.receive(chunk), chunk.data.length)
        // One more than was asked for is enough to be found out.
        if (chunk.code !== 'success' || ++chunks > exchange.maxChunks) break
      }
    } catch (error) {
      this.#options.onError(answerer, error)
      send(() => exchange.receive(serverError(error)))
    }
    send(() => exchange.complete())
  }
}

function serverError(error: unknown): ResponseChunk {
  const data = Buffer.from(messageOf(error)).subarray(0, errorMessageBytesMax)
  return { code: 'server-error', context: new Uint8Array(0), data: new Uint8Array(data) }
}
