import { ECIES } from '@ethereumjs/devp2p'
import { messageOf } from '../../../errors.ts'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes } from '../../execution/bytes.ts'
import { PeerFaultError } from './errors.ts'
import type { SocketReader } from './socket-reader.ts'

/** Largest handshake packet; the padding of EIP-8 is up to 300 bytes. */
const handshakeBytesMax = 2048
const macBytes = 16

/** Who a node is to its peers. */
export interface Identity {
  readonly privateKey: Hex
  /** The public key, 64 bytes. */
  readonly nodeId: Hex
}

type Write = (bytes: Uint8Array) => void

/**
 * The encrypted and authenticated frames of one connection (devp2p `rlpx.md`). The cryptography is the
 * library's; packets are read here, where their sizes are bounded.
 */
export class RlpxSession extends ECIES {
  private constructor({ privateKey, nodeId }: Identity, remoteId: Hex | undefined) {
    const remote = remoteId === undefined ? null : hexToBytes(remoteId)
    // The library's type leaves out that nobody is known yet when it is the other side that dials.
    super(hexToBytes(privateKey), hexToBytes(nodeId), remote as Uint8Array)
    // Handshakes from before EIP-8 are not spoken.
    this._gotEIP8Auth = true
    this._gotEIP8Ack = true
  }

  /** The dialler's half of the handshake. @throws PeerFaultError, PeerGoneError */
  static async dial(identity: Identity, remoteId: Hex, reader: SocketReader, write: Write) {
    const session = new RlpxSession(identity, remoteId)
    write(present(session.createAuthEIP8()))
    const acknowledgement = await readPacket(reader)
    blamed('the handshake', () => session.parseAckEIP8(acknowledgement))
    return session
  }

  /** The listener's half of the handshake. @throws PeerFaultError, PeerGoneError */
  static async accept(identity: Identity, reader: SocketReader, write: Write) {
    const session = new RlpxSession(identity, undefined)
    const authentication = await readPacket(reader)
    blamed('the handshake', () => session.parseAuthEIP8(authentication))
    write(present(session.createAckEIP8()))
    return session
  }

  /** Who is at the other end; known after the handshake. */
  get remoteId(): Hex {
    return bytesToHex(present(this._remotePublicKey).subarray(1))
  }

  /** A message as it is sent. */
  seal(data: Uint8Array): Uint8Array[] {
    return [present(this.createBlockHeader(data.length)), present(this.createBody(data))]
  }

  /** The next message. @throws PeerFaultError, PeerGoneError */
  async read(reader: SocketReader, bytesMax: number): Promise<Uint8Array> {
    const header = await reader.read(16 + macBytes)
    const size = blamed('a frame', () => present(this.parseHeader(header)))
    if (size > bytesMax) throw new PeerFaultError('oversized', `a frame of ${size} bytes`)
    const body = await reader.read(Math.ceil(size / 16) * 16 + macBytes)
    return blamed('a frame', () => present(this.parseBody(body)))
  }
}

/** A packet with the two bytes that tell its size (EIP-8). */
async function readPacket(reader: SocketReader): Promise<Uint8Array> {
  const prefix = await reader.read(2)
  const size = new DataView(prefix.buffer, prefix.byteOffset).getUint16(0)
  if (size > handshakeBytesMax) throw new PeerFaultError('garbage', `a handshake of ${size} bytes`)
  return Uint8Array.of(...prefix, ...(await reader.read(size)))
}

/** Whatever the library trips over in bytes from a peer is the peer's fault. */
function blamed<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new PeerFaultError('garbage', `${what} does not decrypt: ${messageOf(error)}`)
  }
}

/** What the library leaves out only before the handshake. */
function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new TypeError('The session has no keys yet.')
  return value
}
