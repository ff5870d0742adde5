import { connect, createServer, type Server, type Socket } from 'node:net'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { messageOf } from '../../../errors.ts'
import { enodeUrl } from '../../../plan/identity.ts'
import type { Hex } from '../../../plan/manifest.ts'
import type { Clock } from '../../clock/clock.ts'
import { bytesToHex, hexToBytes } from '../../execution/bytes.ts'
import type { ExecutionNode } from '../../execution/execution-node.ts'
import { anonymousNode, type PeerDescription } from '../../execution/rpc/node-methods.ts'
import { ListenError } from '../../listen-error.ts'
import { MissingBlocks } from '../missing-blocks.ts'
import type { Devp2pEvent } from './devp2p-event.ts'
import { disconnectReasons } from './disconnect-reason.ts'
import { PeerFaultError } from './errors.ts'
import { EthPeer } from './eth-peer.ts'
import { fetchBlocks } from './fetch-blocks.ts'
import { ForkIds } from './fork-id.ts'
import { RlpxConnection } from './rlpx-connection.ts'
import type { Identity } from './rlpx-session.ts'
import { type Devp2pPeer, StaticPeer } from './static-peer.ts'
import { TransactionGossip } from './transaction-gossip.ts'

/** Connections at once, whoever makes them. */
const connectionsMax = 256
/** How long a peer is left alone that was at fault; one that was only slow is dialled again at once. */
const faultRestMs = 30_000

export interface Devp2pEndOptions {
  readonly node: ExecutionNode
  /** The node's identity on devp2p, 32 bytes. */
  readonly privateKey: Hex
  /** Where it listens, and dials from. */
  readonly address: string
  /** 0 for any free one. */
  readonly port: number
  /** Whom it is connected to, and nobody else; there is no discovery. */
  readonly peers: readonly Devp2pPeer[]
  /** Real time. */
  readonly clock: Clock
  /** What it calls itself. @default that of a node without a name */
  readonly clientVersion?: string
  readonly onEvent: (event: Devp2pEvent) => void
  /** Hears of errors that are the node's own faults, not its peers'. */
  readonly onError: (error: unknown) => void
}

/**
 * An execution node's end of its devp2p links (eth/68 over RLPx): it exchanges transactions, gives the blocks
 * that it has, and fetches those that the node misses.
 */
export class Devp2pEnd implements AsyncDisposable {
  readonly port: number
  readonly #options: Devp2pEndOptions
  readonly #identity: Identity
  readonly #server: Server
  readonly #forkIds: ForkIds
  readonly #statics = new Map<Hex, StaticPeer>()
  /** Connected, by node id, also before they have said which chain they are on. */
  readonly #connected = new Map<Hex, EthPeer>()
  readonly #sockets = new Set<Socket>()
  readonly #transactions: TransactionGossip
  readonly #missing: MissingBlocks<EthPeer>
  #isPaused = false
  #isClosed = false

  private constructor(options: Devp2pEndOptions, server: Server) {
    const { node, privateKey, clock, onError } = options
    const publicKey = secp256k1.getPublicKey(hexToBytes(privateKey), false)
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : options.port
    this.#options = options
    this.#identity = { privateKey, nodeId: bytesToHex(publicKey.subarray(1)) }
    this.#server = server
    this.#forkIds = new ForkIds(hexToBytes(node.chain.genesis.hash), node.shared.rules.forkTimes)
    this.#transactions = new TransactionGossip(node, () => this.#ready(), onError)
    this.#missing = new MissingBlocks({
      node,
      clock,
      onError,
      neighbours: () => this.#ready(),
      ask: (peer, hash, onAnswer) => void this.#askForBlocks(peer, hash).then(onAnswer),
    })
  }

  /**
   * Listens, and dials its peers. Disposing of it ends all connections.
   * @throws ListenError
   */
  static async listen(options: Devp2pEndOptions): Promise<Devp2pEnd> {
    const server = createServer({ noDelay: true })
    server.maxConnections = connectionsMax
    await new Promise<void>((resolve, reject) => {
      const { address, port } = options
      server.once('error', (error) => reject(new ListenError('The devp2p server', address, port, error)))
      server.listen(port, address, resolve)
    })
    const end = new Devp2pEnd(options, server)
    end.#open()
    return end
  }

  /** The public key, 64 bytes. */
  get nodeId(): Hex {
    return this.#identity.nodeId
  }

  /** Who is connected at this moment, and on the same chain, for `admin_peers`. */
  get peers(): PeerDescription[] {
    return this.#ready().map(({ nodeId, clientId }) => {
      const { address, port } = this.#statics.get(nodeId)?.peer ?? { address: '127.0.0.1', port: 0 }
      const enode = enodeUrl({ devp2p: { nodeId, privateKey: '0x' } }, address, port)
      return { id: nodeId, name: clientId, enode }
    })
  }

  /** Connects to another node from now on; one that is known already may have moved. */
  addPeer(peer: Devp2pPeer): void {
    this.#statics.get(peer.nodeId)?.stop()
    const added = new StaticPeer(peer, this.#options.clock, (to) => void this.#dial(to))
    this.#statics.set(peer.nodeId, added)
    if (!this.#isPaused && !this.#connected.has(peer.nodeId)) added.start(this.nodeId)
  }

  /** Hangs up on a node, and takes no connection from it any more. */
  removePeer(nodeId: Hex): void {
    this.#statics.get(nodeId)?.stop()
    this.#statics.delete(nodeId)
    this.#connected.get(nodeId)?.disconnect(disconnectReasons.quitting)
  }

  /** Hangs up on everybody, and is connected to nobody until `resume`. */
  pause(): void {
    this.#isPaused = true
    for (const peer of this.#statics.values()) peer.stop()
    for (const socket of this.#sockets) socket.destroy()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    for (const peer of this.#statics.values()) peer.start(this.nodeId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#transactions.close()
    this.#missing.stop()
    this.#options.node.events.off('missing', this.#missing.want)
    for (const nodeId of [...this.#statics.keys()]) this.removePeer(nodeId)
    for (const socket of this.#sockets) socket.destroySoon()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #open(): void {
    const { node, peers } = this.#options
    this.#server.on('connection', (socket) => void this.#accept(socket))
    this.#server.on('error', this.#options.onError)
    this.#transactions.open()
    node.events.on('missing', this.#missing.want)
    for (const peer of peers) this.addPeer(peer)
  }

  #ready(): EthPeer[] {
    return [...this.#connected.values()].filter(({ isReady }) => isReady)
  }

  async #dial(peer: Devp2pPeer): Promise<void> {
    const { nodeId, address, port } = peer
    if (this.#isPaused || this.#isClosed) return
    const socket = connect({ host: address, port, localAddress: this.#options.address, noDelay: true })
    try {
      await this.#run(await this.#handshake(socket, nodeId))
    } catch (error) {
      if (error instanceof PeerFaultError) this.#drop(nodeId, error)
      else this.#onDialFailure(peer, error)
    }
  }

  #onDialFailure({ nodeId, address, port }: Devp2pPeer, error: unknown): void {
    const known = this.#statics.get(nodeId)
    if (known === undefined || this.#isPaused || this.#isClosed || this.#connected.has(nodeId)) return
    known.dialFailed()
    const { failures } = known
    // The first failure and each of twice its number: a peer that is gone for long does not fill the log.
    if (Math.log2(failures) % 1 !== 0) return
    this.#tell({ kind: 'dial-failed', nodeId, address, port, failures, reason: messageOf(error) })
  }

  async #accept(socket: Socket): Promise<void> {
    if (this.#isPaused || this.#isClosed) return void socket.destroy()
    try {
      await this.#run(await this.#handshake(socket, undefined))
    } catch (error) {
      this.#tell({ kind: 'connection-refused', reason: messageOf(error) })
    }
  }

  async #handshake(socket: Socket, remoteId: Hex | undefined): Promise<RlpxConnection> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const { clock, clientVersion: clientId = anonymousNode.clientVersion } = this.#options
    return RlpxConnection.open({
      socket,
      identity: this.#identity,
      remoteId,
      clientId,
      port: this.port,
      clock,
    })
  }

  /** Keeps a connection until it ends. */
  async #run(connection: RlpxConnection): Promise<void> {
    const { remoteId: nodeId } = connection
    const known = this.#statics.get(nodeId)
    if (known === undefined || known.isResting || this.#isClosed) {
      connection.close(disconnectReasons.uselessPeer)
      const reason = known === undefined ? 'it is not a declared peer' : 'it is left alone for what it did'
      this.#tell({ kind: 'connection-refused', nodeId, reason })
      return
    }
    if (this.#connected.has(nodeId)) {
      connection.close(disconnectReasons.alreadyConnected)
      return
    }
    known.connected()
    const peer = this.#peerOf(connection)
    this.#connected.set(nodeId, peer)
    const reason = await peer.run()
    this.#connected.delete(nodeId)
    if (reason instanceof PeerFaultError) this.#drop(nodeId, reason)
    else this.#lose(nodeId, reason)
  }

  #peerOf(connection: RlpxConnection): EthPeer {
    const { node, clock } = this.#options
    return new EthPeer({
      connection,
      node,
      clock,
      forkIds: this.#forkIds,
      onReady: (peer) => {
        this.#tell({ kind: 'peer-connected', nodeId: peer.nodeId, clientId: peer.clientId })
        this.#transactions.greet(peer)
      },
      onTransactions: (peer, code, payload) => this.#transactions.hear(peer, code, payload),
    })
  }

  #drop(nodeId: Hex, { fault, detail }: PeerFaultError): void {
    const restMs = fault === 'stalled' ? 0 : faultRestMs
    if (!this.#isPaused) this.#statics.get(nodeId)?.disconnected(restMs)
    this.#tell({ kind: 'peer-dropped', nodeId, fault, detail, restMs })
  }

  #lose(nodeId: Hex, error: Error): void {
    if (!this.#isPaused) this.#statics.get(nodeId)?.disconnected()
    this.#tell({ kind: 'peer-gone', nodeId, reason: error.message })
  }

  async #askForBlocks(peer: EthPeer, hash: Hex) {
    try {
      return await fetchBlocks(peer, this.#options.node.shared, hash)
    } catch (error) {
      if (error instanceof PeerFaultError) peer.leave(error)
      else this.#options.onError(error)
      return []
    }
  }

  #tell(event: Devp2pEvent): void {
    if (!this.#isClosed) this.#options.onEvent(event)
  }
}
