import type { Libp2pWire, SocketPeer } from '../links/libp2p/libp2p-wire.ts'
import type { PeerId, ResponseChunk, Wire, WireHandlers } from '../links/wire.ts'

export type { SocketPeer }

/** What is used of a libp2p wire here. */
export type ListeningWire = Pick<Libp2pWire, keyof Libp2pWire>

/**
 * A beacon node's links by libp2p. It listens from the first neighbour on that is reached by sockets: a node
 * whose neighbours are all in this process opens none.
 */
export class SocketWire implements Wire, AsyncDisposable {
  readonly peerId: PeerId
  readonly #listen: (peers: readonly SocketPeer[]) => Promise<ListeningWire>
  readonly #topics = new Set<string>()
  #offered: readonly string[] = []
  #known = new Map<PeerId, SocketPeer>()
  #inner: ListeningWire | undefined
  #handlers: WireHandlers | undefined
  #isPaused = false
  #isDisposed = false
  #changes: Promise<unknown> = Promise.resolve()

  constructor(peerId: PeerId, listen: (peers: readonly SocketPeer[]) => Promise<ListeningWire>) {
    this.peerId = peerId
    this.#listen = listen
  }

  get peers(): Wire['peers'] {
    return this.#inner?.peers ?? []
  }

  /** Connects to exactly these from now on. Rejects, with the library's typed error, when it cannot listen. */
  setPeers(peers: readonly SocketPeer[]): Promise<void> {
    const change = this.#changes.then(() => this.#setPeers(peers))
    this.#changes = change.catch(() => {})
    return change
  }

  open(handlers: WireHandlers): void {
    this.#handlers = handlers
    if (!this.#isPaused) this.#inner?.open(handlers)
  }

  close(): void {
    this.#handlers = undefined
    this.#topics.clear()
    this.#inner?.close()
  }

  /** Lets nothing in and out, until `resume`: its peers lose it. */
  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    const lost = this.peers.map(({ peerId }) => peerId)
    this.#inner?.close()
    for (const peerId of lost) this.#handlers?.onDisconnect(peerId)
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#goOnline()
  }

  offer(protocols: readonly string[]): void {
    this.#offered = protocols
    this.#inner?.offer(protocols)
  }

  subscribe(topic: string): void {
    this.#topics.add(topic)
    this.#inner?.subscribe(topic)
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic)
    this.#inner?.unsubscribe(topic)
  }

  publish(topic: string, data: Uint8Array): void {
    this.#inner?.publish(topic, data)
  }

  async *request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncGenerator<ResponseChunk, void, undefined> {
    if (this.#inner !== undefined) yield* this.#inner.request(peer, protocol, request, maxChunks)
  }

  disconnect(peer: PeerId, reason?: string): void {
    this.#inner?.disconnect(peer, reason)
  }

  /** Gives the port back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await this.#changes
    await this.#inner?.[Symbol.asyncDispose]()
    this.#inner = undefined
  }

  async #setPeers(peers: readonly SocketPeer[]): Promise<void> {
    if (this.#isDisposed) return
    const wanted = new Map(peers.map((peer) => [peer.peerId, peer]))
    if (this.#inner !== undefined) {
      for (const peerId of this.#known.keys()) if (!wanted.has(peerId)) this.#inner.removePeer(peerId)
      for (const [peerId, peer] of wanted) if (!this.#known.has(peerId)) this.#inner.addPeer(peer)
    } else if (peers.length > 0) {
      this.#inner = await this.#listen(peers)
      this.#goOnline()
    }
    this.#known = wanted
  }

  /** A wire that begins to listen while the node runs is told what the node has asked for so far. */
  #goOnline(): void {
    if (this.#inner === undefined || this.#handlers === undefined || this.#isPaused) return
    this.#inner.offer(this.#offered)
    for (const topic of this.#topics) this.#inner.subscribe(topic)
    this.#inner.open(this.#handlers)
  }
}
