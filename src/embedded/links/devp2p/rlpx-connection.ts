import type { Socket } from 'node:net'
import { RLP } from '@ethereumjs/rlp'
import { compress } from 'snappyjs'
import { messageOf } from '../../../errors.ts'
import type { Hex } from '../../../plan/manifest.ts'
import type { Clock, Timer } from '../../clock/clock.ts'
import { uncompressBlock } from '../libp2p/snappy-block.ts'
import { describeDisconnect } from './disconnect-reason.ts'
import { PeerFaultError, PeerGoneError, peerFaults } from './errors.ts'
import { decodeHello, encodeHello, ethProtocol, type Hello } from './hello.ts'
import { type Identity, RlpxSession } from './rlpx-session.ts'
import { SocketReader } from './socket-reader.ts'

/** Of one message, packed and unpacked: as Geth takes them. */
const messageBytesMax = 10 * 1024 * 1024
/** What may wait to be sent to a peer that reads slowly. */
const waitingBytesMax = 32 * 1024 * 1024
const handshakeTimeoutMs = 5_000
const pingIntervalMs = 15_000
/** A peer that says nothing for so long, though it is asked to, is gone. */
const silenceMsMax = 45_000
const lastWordMs = 2_000

/** The base protocol's messages (devp2p `rlpx.md`). */
const codes = { hello: 0, disconnect: 1, ping: 2, pong: 3 } as const

export interface RlpxConnectionOptions {
  readonly socket: Socket
  readonly identity: Identity
  /** Whom we have dialled; undefined when we were dialled. */
  readonly remoteId?: Hex | undefined
  readonly clientId: string
  /** Where this node listens. */
  readonly port: number
  readonly clock: Clock
}

/** A message of the eth protocol. Once it returns, the next one is read. */
export type OnMessage = (code: number, payload: Uint8Array) => Promise<void>

/** A connection to a peer after both have introduced themselves. */
export class RlpxConnection {
  readonly hello: Hello
  readonly #socket: Socket
  readonly #session: RlpxSession
  readonly #reader: SocketReader
  readonly #clock: Clock
  /** Why this side has hung up. */
  #fault: PeerFaultError | undefined
  #heardMs: number
  #pings: Timer | undefined

  private constructor(
    hello: Hello,
    { socket, clock }: RlpxConnectionOptions,
    session: RlpxSession,
    reader: SocketReader,
  ) {
    this.hello = hello
    this.#socket = socket
    this.#session = session
    this.#reader = reader
    this.#clock = clock
    this.#heardMs = clock.nowMs
    this.#awaitPing()
  }

  /**
   * Makes the handshake and exchanges Hello messages. The socket is destroyed when that fails.
   * @throws PeerFaultError, PeerGoneError
   */
  static async open(options: RlpxConnectionOptions): Promise<RlpxConnection> {
    const { socket, identity, remoteId, clientId, port, clock } = options
    // Errors come out where the socket is read.
    socket.on('error', () => {})
    const timer = clock.at(clock.nowMs + handshakeTimeoutMs, () => {
      socket.destroy(new Error(`no handshake in ${handshakeTimeoutMs} ms`))
    })
    try {
      const reader = new SocketReader(socket)
      const write = (bytes: Uint8Array) => void socket.write(bytes)
      const session = await (remoteId === undefined
        ? RlpxSession.accept(identity, reader, write)
        : RlpxSession.dial(identity, remoteId, reader, write))
      const ours = encodeHello({ clientId, nodeId: identity.nodeId, port })
      for (const part of session.seal(frameOf(codes.hello, ours))) socket.write(part)
      const hello = helloIn(await session.read(reader, messageBytesMax))
      const connection = new RlpxConnection(hello, options, session, reader)
      connection.#judge()
      return connection
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      timer.cancel()
    }
  }

  /** The peer's node id, proven by the handshake. */
  get remoteId(): Hex {
    return this.#session.remoteId
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  #judge(): void {
    const { nodeId, hasEth, clientId } = this.hello
    if (nodeId !== this.remoteId) throw this.#left(new PeerFaultError('other-identity', `it says ${nodeId}`))
    if (!hasEth) throw this.#left(new PeerFaultError('useless-peer', clientId))
  }

  #left(error: PeerFaultError): PeerFaultError {
    this.close(peerFaults[error.fault].disconnect)
    return error
  }

  /**
   * Hears the peer until the connection ends: resolves to why. Each message is dealt with before the next one
   * is read; what `onMessage` throws ends the connection.
   */
  async listen(onMessage: OnMessage): Promise<Error> {
    try {
      for (;;) {
        const message = await this.#session.read(this.#reader, messageBytesMax)
        this.#heardMs = this.#clock.nowMs
        await this.#hear(message, onMessage)
      }
    } catch (error) {
      if (error instanceof PeerFaultError) this.close(peerFaults[error.fault].disconnect)
      else this.#end()
      return this.#fault ?? (error instanceof Error ? error : new PeerGoneError(messageOf(error)))
    }
  }

  async #hear(message: Uint8Array, onMessage: OnMessage): Promise<void> {
    const { code, payload } = opened(message)
    if (code === codes.disconnect) throw new PeerGoneError(`the peer said: ${describeDisconnect(payload)}`)
    if (code === codes.ping) this.#write(codes.pong, RLP.encode([]))
    const ethCode = code - ethProtocol.offset
    if (ethCode >= ethProtocol.length) throw new PeerFaultError('wrong-protocol', `message ${code}`)
    if (ethCode >= 0) await onMessage(ethCode, payload)
  }

  /** Sends a message of the eth protocol, RLP. Nothing happens when the connection has ended. */
  send(code: number, payload: Uint8Array): void {
    this.#write(ethProtocol.offset + code, payload)
  }

  #write(code: number, payload: Uint8Array): void {
    if (!this.#socket.writable) return
    if (this.#socket.writableLength > waitingBytesMax) {
      this.abort(new PeerFaultError('stalled', `${waitingBytesMax} bytes wait to be read`))
      return
    }
    for (const part of this.#session.seal(frameOf(code, compress(payload)))) this.#socket.write(part)
  }

  #awaitPing(): void {
    this.#pings = this.#clock.at(this.#clock.nowMs + pingIntervalMs, () => {
      const silentMs = this.#clock.nowMs - this.#heardMs
      if (silentMs > silenceMsMax) {
        this.abort(new PeerFaultError('stalled', `silent for ${silentMs} ms`))
        return
      }
      this.#write(codes.ping, RLP.encode([]))
      this.#awaitPing()
    })
  }

  /** Says why, and hangs up. @param fault what the peer did: why the connection has ended, for this side */
  close(reason: number, fault?: PeerFaultError): void {
    this.#fault ??= fault
    this.#write(codes.disconnect, RLP.encode([reason]))
    this.#end()
  }

  /** Hangs up on a peer that is not there any more. */
  abort(fault: PeerFaultError): void {
    this.#fault ??= fault
    this.destroy()
  }

  #end(): void {
    this.#pings?.cancel()
    this.#socket.destroySoon()
    // Whoever does not read the last word must not keep the socket.
    const timer = this.#clock.at(this.#clock.nowMs + lastWordMs, () => void this.#socket.destroy())
    this.#socket.once('close', () => timer.cancel())
  }

  /** Hangs up without a word. */
  destroy(): void {
    this.#pings?.cancel()
    this.#socket.destroy()
  }
}

function frameOf(code: number, data: Uint8Array): Uint8Array {
  const prefix = RLP.encode(code)
  const frame = new Uint8Array(prefix.length + data.length)
  frame.set(prefix)
  frame.set(data, prefix.length)
  return frame
}

function opened(message: Uint8Array): { code: number; payload: Uint8Array } {
  const code = codeOf(message)
  const packed = message.subarray(1)
  // Some clients leave a last word uncompressed.
  if (code === codes.disconnect && packed.length < 3) return { code, payload: packed }
  try {
    return { code, payload: uncompressBlock(packed, messageBytesMax) }
  } catch (error) {
    throw new PeerFaultError('garbage', `message ${code} does not unpack: ${messageOf(error)}`)
  }
}

/** All codes are below 128, where RLP is the number itself, and zero is 0x80. */
function codeOf([first = 0xff]: Uint8Array): number {
  if (first > 0x80) throw new PeerFaultError('garbage', `a message that begins with ${first}`)
  return first === 0x80 ? 0 : first
}

function helloIn(message: Uint8Array): Hello {
  const code = codeOf(message)
  const payload = message.subarray(1)
  if (code === codes.disconnect) throw new PeerGoneError(`the peer said: ${describeDisconnect(payload)}`)
  if (code !== codes.hello) throw new PeerFaultError('wrong-protocol', `message ${code} before Hello`)
  return decodeHello(payload)
}
