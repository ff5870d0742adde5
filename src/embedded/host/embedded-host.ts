import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createBeaconConfig } from '@lodestar/config'
import { makeChainConfig } from '../../genesis/chain-config.ts'
import { genesisFork } from '../../genesis/fork-epochs.ts'
import { hexToBytes } from '../../genesis/hex.ts'
import type { EdgePlan, Hex, NodePlan } from '../../plan/manifest.ts'
import type { PeerEndpoint } from '../../plan/peer-endpoint.ts'
import { genesisAnchor } from '../chain/chain-anchor.ts'
import { RealClock } from '../clock/real-clock.ts'
import { SlotTime } from '../clock/slot-time.ts'
import { VirtualClock } from '../clock/virtual-clock.ts'
import type { EngineFault } from '../engine/engine-fault.ts'
import { SharedPayloads } from '../engine/shared-payloads.ts'
import { SharedExecution } from '../execution/chain/shared-execution.ts'
import { ExecutionLinks } from '../links/execution-links.ts'
import { LinkNetwork } from '../links/link-network.ts'
import type { LinkState } from '../links/link-state.ts'
import type { Mesh } from '../links/mesh.ts'
import type { Publisher } from '../production/publisher.ts'
import { Protocol } from '../protocol/protocol.ts'
import type { Fork } from '../protocol/signed-block.ts'
import type { DeedOrder } from '../validator/deed.ts'
import { EmbeddedNode } from './embedded-node.ts'
import { HistoryDigest } from './history-digest.ts'
import type {
  HostMethods,
  HostSetup,
  Layer,
  LocalRequest,
  LocalResponse,
  NodeFailure,
  NodeParameters,
  OpenParameters,
} from './host-methods.ts'
import { latestStoredSlot } from './latest-stored-slot.ts'
import type { NetworkContext } from './network-context.ts'
import { NetworkStores } from './network-stores.ts'
import { NodeEvents } from './node-events.ts'
import { sampleSlots } from './slot-samples.ts'
import { WantedFaults } from './wanted-faults.ts'

/** `seen_ttl` of the gossip specification, epochs. */
const seenTtlEpochs = 2

const bothLayers = ['execution', 'consensus'] as const

/** A node of which at least one layer lives in this thread. */
interface Resident {
  readonly plan: NodePlan
  readonly layers: readonly Layer[]
}

interface NeighbourLinks {
  readonly name: string
  readonly links: EdgePlan['links']
}

/** The embedded nodes of one network, in the thread that they live in. */
export class EmbeddedHost implements HostMethods {
  readonly #setup: HostSetup
  readonly #onFailure: (failure: NodeFailure) => void
  readonly #events: NodeEvents
  readonly #nodes = new Map<string, EmbeddedNode>()
  /** Those that have their links, in the order in which they got them. */
  readonly #connected = new Map<string, Resident>()
  readonly #wanted = new WantedFaults()
  #context: NetworkContext | undefined
  #interruption = new AbortController()

  constructor(
    setup: HostSetup,
    onFailure: (failure: NodeFailure) => void,
    events = new NodeEvents(() => {}),
  ) {
    this.#setup = setup
    this.#onFailure = onFailure
    this.#events = events
  }

  async open(parameters: OpenParameters): Promise<number> {
    const { manifest, version } = this.#setup
    const { chain, seed } = manifest
    const { genesisTime } = parameters
    const time = new SlotTime({ genesisTimeMs: genesisTime * 1000, ...chain })
    const genesisValidatorsRoot = hexToBytes(parameters.genesisValidatorsRoot as Hex)
    const config = createBeaconConfig(makeChainConfig(manifest, genesisTime), genesisValidatorsRoot)
    const protocol = new Protocol({ config })
    const state = protocol.loadState(
      await readFile(parameters.consensusGenesisSsz),
      genesisFork(chain.forks) as Fork,
    )
    const stores = await NetworkStores.open(parameters.storeDirectory)
    const startTimeMs =
      manifest.time === 'virtual'
        ? await this.#resumeMs(parameters, { stores, protocol, time })
        : time.genesisTimeMs
    const execution = new SharedExecution(JSON.parse(await readFile(parameters.executionGenesisJson, 'utf8')))
    const onError = (error: unknown) => this.#failAll(error)
    const clock =
      manifest.time === 'virtual'
        ? new VirtualClock({ startMs: startTimeMs, onError })
        : new RealClock({ onError })
    const seenTtlMs = seenTtlEpochs * chain.slotsPerEpoch * chain.slotDurationMs
    this.#context = {
      manifest,
      version,
      clock,
      time,
      protocol,
      genesis: genesisAnchor(protocol, state),
      execution,
      payloads: new SharedPayloads(execution),
      seenTtlMs,
      links: new LinkNetwork({
        clock,
        seed,
        seenTtlMs,
        onError: (peerId, error) => this.#failPeer(peerId, error),
      }),
      executionLinks: new ExecutionLinks({
        clock,
        seed,
        clientVersion: version,
        onError: (nodeId, error) => this.#failPeer(nodeId, error),
      }),
      stores,
      digest: new HistoryDigest(),
      events: this.#events,
      observe: await traceInto(parameters.traceDirectory),
    }
    this.#events.open(clock, { isRealTime: manifest.time === 'real' })
    sampleSlots(clock, time, (slot) => this.#sample(slot))
    // In the order of the plan, whichever of them is started first.
    for (const resident of this.#planned()) this.#connect(resident, linksOf(resident.plan, manifest.edges))
    return startTimeMs
  }

  async start(layer: Layer, parameters: NodeParameters): Promise<void> {
    const { name } = parameters.plan
    let node = this.#nodes.get(name)
    if (node === undefined) {
      const { plan, layers, peers } = parameters
      const links = peers.map((peer) => ({ name: peer.node.name, links: peer.links }))
      if (!this.#connected.has(name)) this.#connect({ plan, layers }, links)
      node = new EmbeddedNode(
        this.#opened,
        parameters,
        (failed, reason) => this.#onFailure({ layer: failed, name, reason }),
        () => this.#publisherElsewhere(name),
      )
      node.setClockSkew(this.#wanted.skewMs(name))
      this.#nodes.set(name, node)
    }
    await node.start(layer, parameters)
  }

  async stop(layer: Layer, name: string): Promise<void> {
    await this.#nodes.get(name)?.stop(layer)
  }

  async kill(layer: Layer, name: string): Promise<void> {
    await this.#nodes.get(name)?.kill(layer)
  }

  async pause(layer: Layer, name: string): Promise<void> {
    this.#nodes.get(name)?.pause(layer)
  }

  async resume(layer: Layer, name: string): Promise<void> {
    this.#nodes.get(name)?.resume(layer)
  }

  async setPeers(name: string, peers: readonly PeerEndpoint[]): Promise<void> {
    await this.#nodes.get(name)?.setPeers(peers)
  }

  async remove(name: string): Promise<void> {
    const node = this.#nodes.get(name)
    if (node === undefined) return
    await node.close()
    const layers = this.#connected.get(name)?.layers ?? []
    this.#nodes.delete(name)
    this.#wanted.forget(name)
    this.#connected.delete(name)
    const { links, executionLinks, stores } = this.#opened
    if (layers.includes('consensus')) links.removeNode(node.plan.libp2p.peerId)
    if (layers.includes('execution')) executionLinks.removeNode(node.plan.devp2p.nodeId)
    await stores.delete(name)
  }

  async advanceTo(timeMs: number): Promise<number> {
    const { clock } = this.#opened
    if (!(clock instanceof VirtualClock)) throw new Error('real time cannot be advanced')
    const { signal } = this.#interruption
    await clock.advanceTo(timeMs, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    return clock.nowMs
  }

  async interrupt(): Promise<void> {
    this.#interruption.abort()
    this.#interruption = new AbortController()
  }

  async request(layer: Layer, name: string, request: LocalRequest): Promise<LocalResponse> {
    return this.#node(name).request(layer, request)
  }

  async setLink(layer: Layer, a: string, b: string, state: LinkState): Promise<void> {
    this.#wanted.setLink(layer, a, b, state)
    const [one, other] = [this.#connected.get(a), this.#connected.get(b)]
    if (one !== undefined && other !== undefined) this.#bringToWanted(layer, one.plan, other.plan)
  }

  async setClockSkew(name: string, skewMs: number): Promise<void> {
    this.#wanted.setSkew(name, skewMs)
    this.#nodes.get(name)?.setClockSkew(skewMs)
  }

  async setMisbehaviour(name: string, id: string, order?: DeedOrder): Promise<void> {
    this.#node(name).misbehaviours.set(id, order)
  }

  async setEngineFault(name: string, id: string, fault?: EngineFault): Promise<void> {
    this.#node(name).setEngineFault(id, fault)
  }

  async digest(): Promise<string> {
    return this.#opened.digest.get()
  }

  async close(): Promise<void> {
    this.#interruption.abort()
    await Promise.all([...this.#nodes.values()].map((node) => node.close()))
    await this.#context?.stores.close()
  }

  /** Where virtual time goes on. After a crash nobody knows how far it had come, except by its last block. */
  async #resumeMs(
    { startTimeMs }: OpenParameters,
    { stores, protocol, time }: Pick<NetworkContext, 'stores' | 'protocol' | 'time'>,
  ): Promise<number> {
    const blockStores = this.#setup.manifest.nodes.map(({ name }) => stores.blocks(name))
    const latestSlot = await latestStoredSlot(blockStores, protocol)
    return latestSlot === undefined ? startTimeMs : Math.max(startTimeMs, time.startOfSlotMs(latestSlot + 1))
  }

  /** What is looked at once a slot; one node's execution head, as that costs more. */
  #sample(slot: number): void {
    const nodes = [...this.#nodes.values()]
    for (const node of nodes) node.samplePeers()
    nodes[slot % nodes.length]?.sampleExecution()
    this.#events.sendTime()
  }

  #node(name: string): EmbeddedNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`there is no embedded node ${name}`)
    return node
  }

  /** Of the running node that is half of all nodes away in the order of the plan, or the next after it. */
  #publisherElsewhere(name: string): Publisher | undefined {
    const names = [...this.#connected.keys()]
    const place = names.indexOf(name)
    for (let step = 0; step < names.length; step++) {
      const other = names[(place + Math.floor(names.length / 2) + step) % names.length]
      const publisher = other === undefined || other === name ? undefined : this.#nodes.get(other)?.publisher
      if (publisher !== undefined) return publisher
    }
    return undefined
  }

  get #opened(): NetworkContext {
    if (this.#context === undefined) throw new Error('the host has not been opened')
    return this.#context
  }

  #planned(): Resident[] {
    const { manifest, layers } = this.#setup
    const planned = manifest.nodes.map((plan) => ({ plan, layers: layers?.[plan.name] ?? bothLayers }))
    return planned.filter(({ layers: own }) => own.length > 0)
  }

  /** Adds a node and its links to those nodes that are there already, on the layers that live here. */
  #connect(resident: Resident, neighbours: readonly NeighbourLinks[]): void {
    const { plan, layers } = resident
    this.#connected.set(plan.name, resident)
    for (const layer of layers) this.#meshOf(layer).addNode(idOn(layer, plan))
    for (const { name, links } of neighbours) {
      const peer = this.#connected.get(name)?.plan
      if (peer === undefined) continue
      for (const layer of bothLayers.filter((one) => links[one] === 'in-process')) {
        this.#meshOf(layer).addLink(idOn(layer, plan), idOn(layer, peer))
        this.#bringToWanted(layer, plan, peer)
      }
    }
  }

  #meshOf(layer: Layer): Mesh {
    const { links, executionLinks } = this.#opened
    return layer === 'consensus' ? links.mesh : executionLinks.mesh
  }

  /** Gives a link the state that was asked for, if there is the link and anything was. */
  #bringToWanted(layer: Layer, one: NodePlan, other: NodePlan): void {
    const wanted = this.#wanted.link(layer, one.name, other.name)
    if (wanted === undefined) return
    const first = wanted.first === one.name ? one : other
    const link = this.#meshOf(layer).findLink(idOn(layer, one), idOn(layer, other))
    link?.setState(wanted.state, idOn(layer, first))
  }

  /** @param id on either layer */
  #failPeer(id: string, error: unknown): void {
    for (const node of this.#nodes.values()) {
      if (node.plan.libp2p.peerId === id) node.fail('consensus', error)
      if (node.plan.devp2p.nodeId === id) node.fail('execution', error)
    }
  }

  /** An error outside of any node: nobody can be trusted any more. */
  #failAll(error: unknown): void {
    for (const node of this.#nodes.values()) node.fail('consensus', error)
  }
}

/** The links of a planned node, by the neighbour that they lead to. */
function linksOf({ name }: NodePlan, edges: readonly EdgePlan[]): NeighbourLinks[] {
  return edges.flatMap(({ a, b, links }) =>
    a === name ? [{ name: b, links }] : b === name ? [{ name: a, links }] : [],
  )
}

function idOn(layer: Layer, { libp2p, devp2p }: NodePlan): string {
  return layer === 'consensus' ? libp2p.peerId : devp2p.nodeId
}

/** Each node's life in a folder of its own. */
async function traceInto(directory: string | undefined): Promise<NetworkContext['observe']> {
  if (directory === undefined) return () => undefined
  // Most networks have no use for it, nor for the YAML library that it brings along.
  const { TraceWriter } = await import('../trace/trace-writer.ts')
  return (node) => new TraceWriter(join(directory, node))
}
