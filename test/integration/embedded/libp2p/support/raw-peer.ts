import '../../../../../src/embedded/links/libp2p/promise-with-resolvers.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { SocketPeer } from '../../../../../src/embedded/links/libp2p/libp2p-wire.ts'
import type { TestIdentity } from './test-wires.ts'

export const meshsub = '/meshsub/1.1.0'

/** A libp2p host that keeps to no rules: it sends what bytes a test wants, and answers with them. */
export class RawPeer implements AsyncDisposable {
  readonly node: Libp2p

  private constructor(node: Libp2p) {
    this.node = node
  }

  static async listen({ privateKey, peer }: TestIdentity): Promise<RawPeer> {
    const node = await createLibp2p({
      privateKey: privateKeyFromRaw(Buffer.from(privateKey.slice(2), 'hex')),
      addresses: { listen: [`/ip4/${peer.address}/tcp/${peer.port}`] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      services: { identify: identify() },
    })
    return new RawPeer(node)
  }

  dial({ address, port, peerId }: SocketPeer): Promise<Connection> {
    return this.node.dial(multiaddr(`/ip4/${address}/tcp/${port}/p2p/${peerId}`))
  }

  /** Opens a stream over the connection that there is, sends bytes, and leaves it open or not. */
  async send({ peerId }: SocketPeer, protocol: string, bytes: Uint8Array, isEnd = false): Promise<Stream> {
    const [connection] = this.node
      .getConnections()
      .filter(({ remotePeer }) => remotePeer.toString() === peerId)
    if (connection === undefined) throw new Error(`There is no connection with ${peerId}.`)
    const stream = await connection.newStream(protocol)
    stream.send(bytes)
    if (isEnd) await stream.close()
    return stream
  }

  /** Answers each request of the protocol with these bytes, once. */
  async answer(protocol: string, bytes: Uint8Array, isEnd = true): Promise<void> {
    await this.node.handle(protocol, async (stream) => {
      stream.send(bytes)
      if (isEnd) await stream.close()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node.stop()
  }
}
