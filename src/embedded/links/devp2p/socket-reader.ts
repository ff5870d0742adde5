import type { Socket } from 'node:net'
import { messageOf } from '../../../errors.ts'
import { PeerGoneError } from './errors.ts'

/**
 * Reads a socket in pieces of a known size. Nothing is taken from the socket that nobody has asked for, so
 * that a peer that sends faster than it is heard is slowed down by TCP.
 */
export class SocketReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  /** @throws PeerGoneError when the connection ends before they have come */
  async read(length: number): Promise<Uint8Array> {
    while (this.#waitingBytes < length) {
      const chunk = await this.#next()
      this.#waiting.push(chunk)
      this.#waitingBytes += chunk.length
    }
    const joined = this.#waiting.length === 1 ? this.#waiting[0] : undefined
    const bytes = joined ?? Buffer.concat(this.#waiting)
    this.#waiting = bytes.length > length ? [bytes.subarray(length)] : []
    this.#waitingBytes = bytes.length - length
    // A copy, and no Buffer: small pieces must not keep large ones alive, and libraries tell the two apart.
    return Uint8Array.from(bytes.subarray(0, length))
  }

  async #next(): Promise<Uint8Array> {
    try {
      const { value, done } = await this.#chunks.next()
      if (!done) return value
    } catch (error) {
      throw new PeerGoneError(messageOf(error), error)
    }
    throw new PeerGoneError('the peer has hung up')
  }
}
