import { overSockets, type PeerEndpoint } from '../../plan/peer-endpoint.ts'
import type { PeerDescription } from '../execution/rpc/node-methods.ts'
import type { Devp2pEnd } from '../links/devp2p/devp2p-end.ts'
import type { Devp2pPeer } from '../links/devp2p/static-peer.ts'

/** What is used of a devp2p end here. */
export type ListeningEnd = Pick<Devp2pEnd, 'peers' | 'addPeer' | 'removePeer' | typeof Symbol.asyncDispose>

/**
 * An execution node's links by devp2p. It listens from the first neighbour on that is reached by sockets: a
 * node whose neighbours are all in this process opens none.
 */
export class ExecutionSockets implements AsyncDisposable {
  readonly #listen: (peers: readonly Devp2pPeer[]) => Promise<ListeningEnd>
  #wanted: readonly Devp2pPeer[] = []
  #known = new Map<string, Devp2pPeer>()
  #end: ListeningEnd | undefined
  #isPaused = false
  #isDisposed = false
  #changes: Promise<unknown> = Promise.resolve()

  constructor(listen: (peers: readonly Devp2pPeer[]) => Promise<ListeningEnd>) {
    this.#listen = listen
  }

  /** Those connected at this moment. */
  get peers(): readonly PeerDescription[] {
    return this.#end?.peers ?? []
  }

  /** Connects to exactly these from now on. Rejects, with the end's typed error, when it cannot listen. */
  setPeers(peers: readonly PeerEndpoint[]): Promise<void> {
    this.#wanted = overSockets(peers, 'execution').map(({ node, address, ports }) => ({
      nodeId: node.devp2p.nodeId,
      address,
      port: ports.executionP2p,
    }))
    return this.#bringToWanted()
  }

  /** Hangs up on all and listens no more, until `resume`. */
  pause(): Promise<void> {
    this.#isPaused = true
    return this.#bringToWanted()
  }

  resume(): Promise<void> {
    this.#isPaused = false
    return this.#bringToWanted()
  }

  /** Gives the port back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await this.#bringToWanted()
  }

  /** One change at a time, each to what is wanted when its turn comes. */
  #bringToWanted(): Promise<void> {
    const change = this.#changes.then(() => this.#change())
    this.#changes = change.catch(() => {})
    return change
  }

  async #change(): Promise<void> {
    const wanted = new Map<string, Devp2pPeer>(this.#wanted.map((peer) => [peer.nodeId, peer]))
    if (this.#isPaused || this.#isDisposed) await this.#close()
    else if (this.#end === undefined) await this.#open(this.#wanted)
    else {
      for (const [nodeId, peer] of this.#known) if (!wanted.has(nodeId)) this.#end.removePeer(peer.nodeId)
      for (const [nodeId, peer] of wanted) if (!this.#known.has(nodeId)) this.#end.addPeer(peer)
    }
    this.#known = wanted
  }

  async #open(peers: readonly Devp2pPeer[]): Promise<void> {
    if (peers.length > 0) this.#end = await this.#listen(peers)
  }

  async #close(): Promise<void> {
    const end = this.#end
    this.#end = undefined
    await end?.[Symbol.asyncDispose]()
  }
}
