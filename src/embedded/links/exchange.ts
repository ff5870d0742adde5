import type { Clock, Timer } from '../clock/clock.ts'
import { RequestError, type RequestFailure } from './errors.ts'
import { payloadBytesMax } from './flooding.ts'
import type { Channel } from './member.ts'
import type { ResponseChunk } from './wire.ts'

/** RESP_TIMEOUT of the specification: for the first chunk, and again for each that follows. */
export const responseTimeoutMs = 10_000

export interface ExchangeOptions {
  readonly clock: Clock
  /** From who asks to who answers. */
  readonly channel: Channel
  readonly protocol: string
  readonly maxChunks: number
  readonly onClose: (exchange: Exchange) => void
}

/** A request, as who asks sees it: the chunks that have arrived, and how it ends. */
export class Exchange {
  readonly channel: Channel
  readonly #options: ExchangeOptions
  readonly #arrived: ResponseChunk[] = []
  #chunks = 0
  #end: 'complete' | RequestError | undefined
  #timer: Timer | undefined
  #wake = (): void => {}

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.channel = options.channel
    this.#awaitChunk()
  }

  get maxChunks(): number {
    return this.#options.maxChunks
  }

  /** Whether an answer is still wanted. */
  get isOpen(): boolean {
    return this.#end === undefined
  }

  receive(chunk: ResponseChunk): void {
    if (!this.isOpen) return
    if (++this.#chunks > this.#options.maxChunks) this.fail('too-many-chunks')
    else if (chunk.data.length > payloadBytesMax) this.fail('chunk-too-large')
    else {
      this.#arrived.push(chunk)
      this.#awaitChunk()
      this.#wake()
    }
  }

  complete(): void {
    this.#close('complete')
  }

  fail(reason: RequestFailure): void {
    this.#close(new RequestError(reason, this.channel.to.id, this.#options.protocol))
  }

  /** @throws {RequestError} after the chunks that came before the failure */
  async *chunks(): AsyncGenerator<ResponseChunk, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#arrived.shift()
        if (chunk !== undefined) yield chunk
        else if (this.#end instanceof RequestError) throw this.#end
        else if (this.#end === 'complete') return
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      // Who asks may have lost interest.
      this.complete()
    }
  }

  #awaitChunk(): void {
    const { clock } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.at(clock.nowMs + responseTimeoutMs, () => this.fail('timeout'))
  }

  #close(end: 'complete' | RequestError): void {
    if (!this.isOpen) return
    this.#end = end
    this.#timer?.cancel()
    this.#options.onClose(this)
    this.#wake()
  }
}
