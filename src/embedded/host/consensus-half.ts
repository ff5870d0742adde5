import type { Hono } from 'hono'
import type { NodeEventData } from '../../apis/node-event.ts'
import { messageOf } from '../../errors.ts'
import type { TimeKind } from '../../plan/manifest.ts'
import { overSockets, type PeerEndpoint } from '../../plan/peer-endpoint.ts'
import { startBeaconApiServer } from '../api/beacon-api-server.ts'
import { BeaconNode } from '../beacon-node.ts'
import type { BlockStore } from '../chain/block-store.ts'
import type { Clock } from '../clock/clock.ts'
import type { NodeClock } from '../clock/node-clock.ts'
import type { ExecutionEngine } from '../engine/execution-engine.ts'
import { joinWires } from '../links/joined-wire.ts'
import type { Wire } from '../links/wire.ts'
import type { HalfParts } from './half-parts.ts'
import type { LocalRequest, LocalResponse, NodeParameters } from './host-methods.ts'
import { notRunning } from './not-running.ts'
import { reportChain } from './report-chain.ts'
import { reportEvents } from './report-events.ts'
import { reportWire } from './report-wire.ts'
import { type SocketPeer, SocketWire } from './socket-wire.ts'

export interface ConsensusHalfParts extends HalfParts {
  /** The way to the node's execution client, which has been brought to what this store has finalized. */
  readonly connectEngine: (store: BlockStore, clock: Clock) => Promise<ExecutionEngine>
  /** Called with each new beacon node, before it does anything. */
  readonly onOpen: (node: BeaconNode) => void
  readonly emit: (event: NodeEventData) => void
}

interface RunningConsensus {
  readonly clock: NodeClock
  readonly node: BeaconNode
  readonly sockets: SocketWire
  readonly server: AsyncDisposable
}

/** A node's consensus client with its validators, where it lives in this thread. */
export class ConsensusHalf {
  readonly #parts: ConsensusHalfParts
  #running: RunningConsensus | undefined

  constructor(parts: ConsensusHalfParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** While it runs. */
  get clock(): NodeClock | undefined {
    return this.#running?.clock
  }

  /** While it runs. */
  get node(): BeaconNode | undefined {
    return this.#running?.node
  }

  async start(parameters: NodeParameters): Promise<void> {
    const { context, log, emit, onOpen } = this.#parts
    const { plan, ports, peers } = parameters
    const clock = this.#parts.makeClock()
    const sockets = this.#socketWire(parameters, clock)
    let node: BeaconNode | undefined
    try {
      await sockets.setPeers(socketPeers(peers))
      node = await this.#open(parameters, clock, sockets)
      onOpen(node)
      reportChain(node, { log, digest: context.digest, clock, name: plan.name })
      const server = await startBeaconApiServer({ app: node.api, port: ports.consensusApi })
      this.#running = { clock, node, sockets, server }
      reportEvents(node.chain, emit)
      node.start()
    } catch (error) {
      node?.halt()
      clock.close()
      await sockets[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Resolves when the store has what the node knows. */
  stop(): Promise<void> {
    return this.#end((node) => node.stop())
  }

  /** As if the power had failed: what was under way is lost. */
  kill(): Promise<void> {
    return this.#end((node) => node.halt())
  }

  pause(): void {
    const running = this.#running
    if (running === undefined) return
    running.clock.pause()
    running.sockets.pause()
    this.#parts.context.links.mesh.pause(running.sockets.peerId)
  }

  resume(): void {
    const running = this.#running
    if (running === undefined) return
    running.clock.resume()
    running.sockets.resume()
    this.#parts.context.links.mesh.resume(running.sockets.peerId)
  }

  /** Neighbours have come or gone while the node is there. */
  async setPeers(peers: readonly PeerEndpoint[]): Promise<void> {
    await this.#running?.sockets.setPeers(socketPeers(peers))
  }

  async request({ method, path, headers, body }: LocalRequest): Promise<LocalResponse> {
    const api: Hono | undefined = this.#running?.node.api
    if (api === undefined) return notRunning
    const response = await api.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
    return { status: response.status, body: await response.text() }
  }

  async #open({ plan }: NodeParameters, clock: NodeClock, sockets: SocketWire): Promise<BeaconNode> {
    const { context, log, onDefect, connectEngine } = this.#parts
    const { manifest, protocol, time, links, stores, genesis, version } = context
    const store = stores.blocks(plan.name)
    return BeaconNode.open({
      plan,
      keys: manifest.validators.keys,
      protocol,
      time,
      clock,
      wire: wireOf(links.wire(plan.libp2p.peerId), sockets, manifest.time),
      engine: await connectEngine(store, clock),
      store,
      protection: stores.protection(plan.name),
      genesis,
      version,
      observer: context.observe(plan.name),
      onDutyFailure: ({ duty, slot, error }) => {
        log.warn('a duty was not done', { duty, slot, reason: messageOf(error) })
      },
      onDefect,
    })
  }

  #socketWire({ plan, ports }: NodeParameters, clock: NodeClock): SocketWire {
    const { context, log } = this.#parts
    const { privateKey, peerId } = plan.libp2p
    return new SocketWire(peerId, async (peers) => {
      // The library takes longer to load than all else, and most networks have no use for it.
      const { Libp2pWire } = await import('../links/libp2p/libp2p-wire.ts')
      return Libp2pWire.listen({
        privateKey,
        address: plan.address,
        port: ports.consensusP2p,
        peers,
        clock,
        seenTtlMs: context.seenTtlMs,
        userAgent: context.version,
        onEvent: (event) => reportWire(log, event),
      })
    })
  }

  async #end(end: (node: BeaconNode) => void | Promise<void>): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (running === undefined) return
    await end(running.node)
    running.clock.close()
    await Promise.all([running.server[Symbol.asyncDispose](), running.sockets[Symbol.asyncDispose]()])
  }
}

/** There are no sockets in virtual time. In real time a neighbour that needs one can still be added. */
function wireOf(memory: Wire, sockets: SocketWire, time: TimeKind): Wire {
  return time === 'virtual' ? memory : joinWires([memory, sockets])
}

function socketPeers(peers: readonly PeerEndpoint[]): SocketPeer[] {
  return overSockets(peers, 'consensus').map(({ node, address, ports }) => ({
    peerId: node.libp2p.peerId,
    address,
    port: ports.consensusP2p,
  }))
}
