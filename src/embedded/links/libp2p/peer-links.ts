import type { Connection, ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../clock/clock.ts'
import { LinkError } from '../errors.ts'
import type { PeerId, Wire } from '../wire.ts'
import { multiaddrOf, PeerLink, type PeerLinkOptions, type SocketPeer } from './peer-link.ts'
import { TokenBucket } from './token-bucket.ts'
import type { WireEvent } from './wire-event.ts'

/** Neighbours of one node. */
const peersMax = 256
/** The node with the higher peer id leaves the other one so long to dial. */
const precedenceMs = 400
/** Strangers that are told of at once, and then one in ten seconds. */
const refusals = { burst: 5, perSecond: 0.1 }

export interface PeerLinksOptions {
  readonly peerId: PeerId
  readonly clock: Clock
  readonly dial: PeerLinkOptions['dial']
  readonly onConnect: PeerLinkOptions['onConnect']
  readonly onDisconnect: PeerLinkOptions['onDisconnect']
  readonly onEvent: (event: WireEvent) => void
}

/** A node's links with its declared neighbours, and with nobody else. */
export class PeerLinks {
  readonly #options: PeerLinksOptions
  readonly #links = new Map<PeerId, PeerLink>()
  readonly #refusals: TokenBucket
  #connected: Wire['peers'] = []
  #isOpen = false

  constructor(options: PeerLinksOptions) {
    this.#options = options
    this.#refusals = new TokenBucket({ clock: options.clock, ...refusals })
  }

  /** In the order in which they came. */
  get connected(): Wire['peers'] {
    return this.#connected
  }

  get(peerId: PeerId): PeerLink | undefined {
    return this.#links.get(peerId)
  }

  /** @throws {LinkError} for too many, or the node itself. One that is declared already gets the new address. */
  add(peer: SocketPeer): void {
    if (peer.peerId === this.#options.peerId)
      throw new LinkError('A node cannot be its own peer.', { ...peer })
    this.remove(peer.peerId)
    if (this.#links.size >= peersMax)
      throw new LinkError(`A node has at most ${peersMax} peers.`, { peersMax })
    const { clock, dial, onEvent, peerId } = this.#options
    const link = new PeerLink({
      peer,
      clock,
      dial,
      onEvent,
      firstDialMs: peerId < peer.peerId ? 0 : precedenceMs,
      onConnect: this.#onConnect,
      onDisconnect: this.#onDisconnect,
    })
    this.#links.set(peer.peerId, link)
    if (this.#isOpen) link.open()
  }

  remove(peerId: PeerId): void {
    const link = this.#links.get(peerId)
    link?.hangUp(0)
    link?.close()
    this.#links.delete(peerId)
  }

  open(): void {
    this.#isOpen = true
    for (const link of this.#links.values()) link.open()
  }

  close(): void {
    this.#isOpen = false
    this.#connected = []
    for (const link of this.#links.values()) link.close()
  }

  /** Who may connect, and whom libp2p may dial: on its own it would also try addresses that it has learned. */
  readonly gater: ConnectionGater = {
    denyDialPeer: (peerId) => this.#links.get(peerId.toString())?.isDialling !== true,
    denyDialMultiaddr: (address) => !this.#isDeclared(address),
    denyInboundConnection: () => !this.#isOpen,
    denyInboundEncryptedConnection: (peerId) => this.#refuse(peerId.toString()),
    denyInboundUpgradedConnection: (peerId) => this.#refuse(peerId.toString()),
  }

  /** What was dialled from here is taken by whoever dialled. */
  readonly onConnectionOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
    if (connection.direction === 'outbound') return
    const link = this.#links.get(connection.remotePeer.toString())
    if (link !== undefined) link.accept(connection)
    else connection.abort(new Error('This peer is not declared.'))
  }

  readonly onConnectionClose = ({ detail: connection }: CustomEvent<Connection>): void => {
    this.#links.get(connection.remotePeer.toString())?.lose(connection)
  }

  #isDeclared(address: Multiaddr): boolean {
    const text = address.toString()
    for (const { peer } of this.#links.values()) if (text === multiaddrOf(peer)) return true
    return false
  }

  #refuse(peerId: PeerId): boolean {
    const reason = this.#refusal(peerId)
    if (reason === undefined) return false
    if (reason !== 'it is connected' && this.#refusals.take(1)) {
      this.#options.onEvent({ kind: 'connection-refused', peerId, reason })
    }
    return true
  }

  #refusal(peerId: PeerId): string | undefined {
    const link = this.#links.get(peerId)
    if (!this.#isOpen) return 'this node is not on line'
    if (link === undefined) return 'it is not a declared peer'
    if (link.isResting) return 'it was dropped a moment ago'
    if (link.connection !== undefined) return 'it is connected'
    // Where both dial at once, both must choose the same connection: that of the lower peer id.
    if (!link.isDialling) return undefined
    if (this.#options.peerId < peerId) return 'it is connected'
    link.stopDialling()
    return undefined
  }

  readonly #onConnect = (peerId: PeerId, direction: 'inbound' | 'outbound'): void => {
    this.#connected = [...this.#connected, { peerId, direction }]
    this.#options.onConnect(peerId, direction)
  }

  readonly #onDisconnect = (peerId: PeerId): void => {
    this.#connected = this.#connected.filter((peer) => peer.peerId !== peerId)
    this.#options.onDisconnect(peerId)
  }
}
