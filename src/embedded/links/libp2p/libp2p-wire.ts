import type { Hex } from '../../../plan/manifest.ts'
import type { Clock, Timer } from '../../clock/clock.ts'
import { failNode } from '../../gossip/fail-node.ts'
import { LinkError, type RequestFailure } from '../errors.ts'
import type { PeerId, ResponseChunk, Wire, WireHandlers } from '../wire.ts'
import { Dialler } from './dialler.ts'
import { WireFaultError } from './errors.ts'
import type { OnGossipFault } from './gossip-guard.ts'
import type { GossipParameters } from './gossip-parameters.ts'
import { createLibp2pNode, type Libp2pNode, peerIdOf } from './libp2p-node.ts'
import { hasGossip, type SocketPeer } from './peer-link.ts'
import { PeerLinks } from './peer-links.ts'
import { RecentMessages } from './recent-messages.ts'
import { RequestClient } from './request-client.ts'
import { RequestServer } from './request-server.ts'
import { SocketGossip } from './socket-gossip.ts'
import { Tolerance } from './tolerance.ts'
import type { WireEvent } from './wire-event.ts'

export type { SocketPeer } from './peer-link.ts'

/** How long a peer that was dropped is kept apart. */
const restMs = 15_000
/** How often it is seen to that every peer can be sent gossip, and how long a new one may take to it. */
const gossipCheckMs = 5_000
const gossipPatienceMs = 10_000

export interface Libp2pWireOptions {
  /** secp256k1; decides the peer id. */
  readonly privateKey: Hex
  /** Where it listens, and from which it dials. */
  readonly address: string
  readonly port: number
  readonly peers: readonly SocketPeer[]
  /** In real time: sockets know no other. */
  readonly clock: Clock
  /** How long a message is remembered: two epochs by the specification (`seen_ttl`). */
  readonly seenTtlMs: number
  readonly userAgent: string
  /** Shared by the wires of one network. @default one of its own */
  readonly recentMessages?: RecentMessages
  /** What the node's log should tell. */
  readonly onEvent: (event: WireEvent) => void
}

/** What a wire hears from its parts, which are there before it is. */
interface Hooks {
  onConnect?: WireHandlers['onConnect']
  onDisconnect?: WireHandlers['onDisconnect']
  onGossipFault?: OnGossipFault
}

/** What a wire is made of. */
interface Parts {
  readonly node: Libp2pNode
  readonly links: PeerLinks
  readonly gossip: GossipParameters
  readonly hooks: Hooks
}

/**
 * A node's end of its links with other programs: libp2p over TCP (phase0/p2p-interface.md), with its declared
 * neighbours and nobody else. A peer that breaks the rules is dropped, told of, and tried again later.
 */
export class Libp2pWire implements Wire, AsyncDisposable {
  readonly #options: Libp2pWireOptions
  readonly #node: Libp2pNode
  readonly #links: PeerLinks
  readonly #gossip: SocketGossip
  readonly #client: RequestClient
  readonly #server: RequestServer
  readonly #tolerance: Tolerance
  readonly #topics = new Set<string>()
  #handlers: WireHandlers | undefined
  #check: Timer | undefined

  /**
   * Listens at once; connects to nobody until `open`.
   *
   * @throws {ListenError} when the port is taken
   */
  static async listen(options: Libp2pWireOptions): Promise<Libp2pWire> {
    const { clock, seenTtlMs, onEvent, peers, recentMessages: recent = new RecentMessages() } = options
    const gossip: GossipParameters = { seenTtlMs, recent, unreadable: new WeakMap() }
    const hooks: Hooks = {}
    const links = new PeerLinks({
      peerId: peerIdOf(options.privateKey),
      clock,
      dial: (peer, signal) => dialler.dial(peer, signal),
      onConnect: (peer, direction) => hooks.onConnect?.(peer, direction),
      onDisconnect: (peer) => hooks.onDisconnect?.(peer),
      onEvent,
    })
    const node = await createLibp2pNode({
      ...options,
      gossip,
      gater: links.gater,
      onGossipFault: (peer, error) => hooks.onGossipFault?.(peer, error),
    })
    const dialler = new Dialler(node)
    const wire = new Libp2pWire(options, { node, links, gossip, hooks })
    for (const peer of peers) wire.addPeer(peer)
    return wire
  }

  private constructor(options: Libp2pWireOptions, { node, links, gossip, hooks }: Parts) {
    const { clock } = options
    this.#options = options
    this.#node = node
    this.#links = links
    this.#tolerance = new Tolerance(clock)
    const onFault = (peer: PeerId, error: WireFaultError) => this.#drop(peer, error)
    const onError = (error: unknown) => failNode(clock, error)
    this.#gossip = new SocketGossip({
      ...gossip,
      pubsub: node.services.pubsub,
      judge: () => this.#handlers?.onGossip,
      onFault,
      onReject: (peer, topic) => this.#onReject(peer, topic),
      onError,
    })
    this.#client = new RequestClient({
      clock,
      connectionTo: (peer) => links.get(peer)?.connection,
      onAnswer: (peer) => this.#onAnswer(peer),
      onFailure: (peer, reason) => this.#onFailure(peer, reason),
      onFault,
    })
    this.#server = new RequestServer({
      node,
      clock,
      answer: (protocol, request, from) => this.#handlers?.onRequest(protocol, request, from) ?? [],
      onRequest: (peer) => links.get(peer)?.introduce(),
      onFault,
      onError,
    })
    hooks.onConnect = (peer, direction) => this.#onConnect(peer, direction)
    hooks.onDisconnect = (peer) => this.#onDisconnect(peer)
    hooks.onGossipFault = onFault
    node.addEventListener('connection:open', links.onConnectionOpen)
    node.addEventListener('connection:close', links.onConnectionClose)
  }

  get peerId(): PeerId {
    return this.#node.peerId.toString()
  }

  get peers(): Wire['peers'] {
    return this.#links.connected
  }

  /** @throws {LinkError} */
  addPeer(peer: SocketPeer): void {
    this.#links.add(peer)
    // Who is declared as a peer here is sent everything, as the other end does: there is no mesh to wait for.
    this.#node.services.pubsub.direct.add(peer.peerId)
  }

  removePeer(peerId: PeerId): void {
    this.#links.remove(peerId)
    this.#node.services.pubsub.direct.delete(peerId)
  }

  open(handlers: WireHandlers): void {
    if (this.#handlers !== undefined) throw new LinkError(`The wire of ${this.peerId} is open already.`)
    this.#handlers = handlers
    this.#links.open()
    this.#checkGossipLater()
  }

  close(): void {
    this.#handlers = undefined
    this.#check?.cancel()
    for (const topic of [...this.#topics]) this.unsubscribe(topic)
    this.#links.close()
    this.offer([])
  }

  offer(protocols: readonly string[]): void {
    this.#server.offer(protocols).catch((error: unknown) => failNode(this.#options.clock, error))
  }

  subscribe(topic: string): void {
    this.#topics.add(topic)
    this.#node.services.pubsub.subscribe(topic)
  }

  unsubscribe(topic: string): void {
    if (this.#topics.delete(topic)) this.#node.services.pubsub.unsubscribe(topic)
  }

  /** @throws {MessageTooLargeError} */
  publish(topic: string, data: Uint8Array): void {
    if (this.#handlers !== undefined) this.#gossip.publish(topic, data)
  }

  request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncGenerator<ResponseChunk, void, undefined> {
    return this.#client.ask({ peer, protocol, request, maxChunks })
  }

  /** Hangs up, and stays away from the peer for a while: it may have come to its senses by then. */
  disconnect(peer: PeerId, reason = 'the node has asked for it'): void {
    this.#drop(peer, new WireFaultError('unwanted', reason))
  }

  /** Goes off line, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.#node.stop()
  }

  #onConnect(peer: PeerId, direction: 'inbound' | 'outbound'): void {
    this.#safely(() => this.#handlers?.onConnect(peer, direction))
  }

  #onDisconnect(peer: PeerId): void {
    this.#server.forget(peer)
    this.#tolerance.forget(peer)
    this.#safely(() => this.#handlers?.onDisconnect(peer))
  }

  #onAnswer(peer: PeerId): void {
    this.#links.get(peer)?.introduce()
    this.#tolerance.answer(peer)
  }

  /** A peer that does not even exchange status is not ready yet: it is best called again a moment later. */
  #onFailure(peer: PeerId, reason: RequestFailure): void {
    const link = this.#links.get(peer)
    if (link?.isIntroduced === false) link.hangUp(0)
    else if (reason === 'timeout' && !this.#tolerance.leaveUnanswered(peer)) {
      this.#drop(peer, new WireFaultError('stalled', 'several requests were not answered'))
    }
  }

  #onReject(peer: PeerId, topic: string): void {
    if (!this.#tolerance.reject(peer)) this.#drop(peer, new WireFaultError('invalid-gossip', topic))
  }

  #drop(peer: PeerId, { fault, detail }: WireFaultError, apartMs = restMs): void {
    const link = this.#links.get(peer)
    if (link?.connection === undefined) return
    this.#options.onEvent({ kind: 'peer-dropped', peerId: peer, fault, detail, restMs: apartMs })
    link.hangUp(apartMs)
  }

  /** Gossipsub opens a stream once for a connection. When that ends, only a new connection gets another. */
  #checkGossipLater(): void {
    const { clock } = this.#options
    this.#check = clock.at(clock.nowMs + gossipCheckMs, () => {
      for (const { peerId } of this.#links.connected) {
        const link = this.#links.get(peerId)
        if (link === undefined || link.connectedForMs < gossipPatienceMs || hasGossip(link)) continue
        this.#drop(peerId, new WireFaultError('stalled', 'it takes no gossip'), 0)
      }
      this.#checkGossipLater()
    })
  }

  #safely(call: () => void): void {
    try {
      call()
    } catch (error) {
      failNode(this.#options.clock, error)
    }
  }
}
