import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createBeaconConfig } from '@lodestar/config'
import { makeChainConfig } from '../../genesis/chain-config.ts'
import { genesisFork } from '../../genesis/fork-epochs.ts'
import { hexToBytes } from '../../genesis/hex.ts'
import { declaredPeers } from '../../plan/declared-peers.ts'
import type { Hex, NodePlan } from '../../plan/manifest.ts'
import { genesisAnchor } from '../chain/chain-anchor.ts'
import { RealClock } from '../clock/real-clock.ts'
import { SlotTime } from '../clock/slot-time.ts'
import { VirtualClock } from '../clock/virtual-clock.ts'
import { SharedPayloads } from '../engine/shared-payloads.ts'
import { SharedExecution } from '../execution/chain/shared-execution.ts'
import { ExecutionLinks } from '../links/execution-links.ts'
import { LinkNetwork } from '../links/link-network.ts'
import { Protocol } from '../protocol/protocol.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { TraceWriter } from '../trace/trace-writer.ts'
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

/** `seen_ttl` of the gossip specification, epochs. */
const seenTtlEpochs = 2

/** The embedded nodes of one network, in the thread that they live in. */
export class EmbeddedHost implements HostMethods {
  readonly #setup: HostSetup
  readonly #onFailure: (failure: NodeFailure) => void
  readonly #nodes = new Map<string, EmbeddedNode>()
  /** Those that have their links, in the order in which they got them. */
  readonly #connected = new Map<string, NodePlan>()
  #context: NetworkContext | undefined
  #interruption = new AbortController()

  constructor(setup: HostSetup, onFailure: (failure: NodeFailure) => void) {
    this.#setup = setup
    this.#onFailure = onFailure
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
    this.#context = {
      manifest,
      version,
      clock,
      time,
      protocol,
      genesis: genesisAnchor(protocol, state),
      execution,
      payloads: new SharedPayloads(execution),
      links: new LinkNetwork({
        clock,
        seed,
        seenTtlMs: seenTtlEpochs * chain.slotsPerEpoch * chain.slotDurationMs,
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
      observe: traceInto(parameters.traceDirectory),
    }
    // In the order of the plan, whichever of them is started first.
    for (const node of manifest.nodes) this.#connect(node, declaredPeers(manifest.edges, node.name))
    return startTimeMs
  }

  async start(layer: Layer, parameters: NodeParameters): Promise<void> {
    const { name } = parameters.plan
    let node = this.#nodes.get(name)
    if (node === undefined) {
      const { plan, peers } = parameters
      if (!this.#connected.has(name)) this.#connect(plan, peers)
      node = new EmbeddedNode(this.#opened, parameters, (failed, reason) =>
        this.#onFailure({ layer: failed, name, reason }),
      )
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

  async remove(name: string): Promise<void> {
    const node = this.#nodes.get(name)
    if (node === undefined) return
    await node.close()
    this.#nodes.delete(name)
    this.#connected.delete(name)
    const { links, executionLinks, stores } = this.#opened
    links.removeNode(node.plan.libp2p.peerId)
    executionLinks.removeNode(node.plan.devp2p.nodeId)
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
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`there is no embedded node ${name}`)
    return node.request(layer, request)
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

  get #opened(): NetworkContext {
    if (this.#context === undefined) throw new Error('the host has not been opened')
    return this.#context
  }

  /** Adds a node and its links, on both layers, to those nodes that are there already. */
  #connect(plan: NodePlan, peers: readonly string[]): void {
    const { links, executionLinks } = this.#opened
    links.mesh.addNode(plan.libp2p.peerId)
    executionLinks.mesh.addNode(plan.devp2p.nodeId)
    this.#connected.set(plan.name, plan)
    for (const name of peers) {
      const peer = this.#connected.get(name)
      if (peer === undefined) continue
      links.mesh.addLink(plan.libp2p.peerId, peer.libp2p.peerId)
      executionLinks.mesh.addLink(plan.devp2p.nodeId, peer.devp2p.nodeId)
    }
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

/** Each node's life in a folder of its own. */
function traceInto(directory: string | undefined): NetworkContext['observe'] {
  return directory === undefined ? () => undefined : (node) => new TraceWriter(join(directory, node))
}
