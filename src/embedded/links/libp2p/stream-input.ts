import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { messageOf } from '../../../errors.ts'
import type { Clock, Timer } from '../../clock/clock.ts'
import { ByteParser, type Reading } from './byte-parser.ts'
import { StreamEndedError, WireFaultError } from './errors.ts'

/** RESP_TIMEOUT of the specification: for the first value, and again for each that follows. */
export const valueTimeoutMs = 10_000

/** Values that wait to be taken; a peer that sends faster than they are used is stopped there. */
const waitingBytesMax = 64 * 1024 * 1024

export interface StreamInputOptions<Value> {
  readonly clock: Clock
  readonly stream: Stream
  readonly begin: () => Reading<Value>
  readonly sizeOf: (value: Value) => number
}

/**
 * The values that arrive on a stream. It reads as the bytes come and never by the stream's own iterator, which
 * would put aside whatever a peer sends, however much.
 */
export class StreamInput<Value> {
  readonly #options: StreamInputOptions<Value>
  readonly #parser: ByteParser<Value>
  #values: Value[] = []
  #waitingBytes = 0
  /** Whether the peer has said that there is nothing more to come. */
  #isClosedByPeer: boolean
  #end: 'complete' | Error | undefined
  #timer: Timer | undefined
  #wake = (): void => {}

  constructor(options: StreamInputOptions<Value>) {
    this.#options = options
    this.#parser = new ByteParser(options.begin)
    const { stream } = options
    this.#isClosedByPeer = stream.status === 'open' && stream.remoteWriteStatus === 'closed'
    this.#awaitValue()
    stream.addEventListener('remoteCloseWrite', this.#onRemoteClose)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('message', this.#onMessage)
    this.#endIfRead()
  }

  /**
   * The next value; undefined at the end.
   *
   * @throws {WireFaultError} `garbage`, `oversized`, `stalled` for a peer that began a value and did not end it
   * @throws {StreamEndedError} `reset`, `timeout`
   */
  async next(): Promise<Value | undefined> {
    for (;;) {
      const value = this.#values.shift()
      if (value !== undefined) {
        this.#waitingBytes -= this.#options.sizeOf(value)
        return value
      }
      if (this.#end instanceof Error) throw this.#end
      if (this.#end === 'complete') return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Hears of nothing any more. */
  stop(): void {
    this.#finish('complete')
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    try {
      this.#read(data.subarray())
      this.#endIfRead()
    } catch (error) {
      this.#finish(error instanceof Error ? error : new TypeError(messageOf(error)))
    }
  }

  #read(bytes: Uint8Array): void {
    for (const value of this.#parser.push(bytes)) {
      this.#values.push(value)
      this.#waitingBytes += this.#options.sizeOf(value)
      this.#awaitValue()
    }
    if (this.#waitingBytes > waitingBytesMax) {
      throw new WireFaultError('oversized', `more than ${waitingBytesMax} bytes at once`)
    }
    this.#wake()
  }

  readonly #onRemoteClose = (): void => {
    this.#isClosedByPeer = true
    this.#endIfRead()
  }

  /** With or without an error: a stream also ends when its connection does. */
  readonly #onClose = (): void => {
    this.#endIfRead()
    this.#finish(new StreamEndedError('reset'))
  }

  /**
   * The stream's own `end` is of no use: it may come before what the negotiation of the protocol has read ahead
   * and puts back, and it comes once.
   */
  #endIfRead(): void {
    if (!this.#isClosedByPeer || this.#options.stream.readBufferLength > 0) return
    const isCutOff = !this.#parser.isBetweenValues
    this.#finish(isCutOff ? new WireFaultError('garbage', 'a message is cut off') : 'complete')
  }

  #awaitValue(): void {
    const { clock } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.at(clock.nowMs + valueTimeoutMs, () => {
      const isMidway = !this.#parser.isBetweenValues
      this.#finish(
        isMidway ? new WireFaultError('stalled', 'it began a message') : new StreamEndedError('timeout'),
      )
    })
  }

  #finish(end: 'complete' | Error): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#timer?.cancel()
    const { stream } = this.#options
    stream.removeEventListener('remoteCloseWrite', this.#onRemoteClose)
    stream.removeEventListener('close', this.#onClose)
    stream.removeEventListener('message', this.#onMessage)
    this.#wake()
  }
}
