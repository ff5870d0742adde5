import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NodeContext } from '../clients/client.ts'
import { EmbeddedClientInstance } from '../clients/embedded-client-instance.ts'
import { ProcessClientInstance } from '../clients/process-client-instance.ts'
import { capabilityRegistry, clientNamed, embeddedLayers } from '../clients/registry.ts'
import type { EngineFault } from '../embedded/engine/engine-fault.ts'
import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { NodeParameters } from '../embedded/host/host-methods.ts'
import type { LinkState } from '../embedded/links/link-state.ts'
import type { DeedOrder } from '../embedded/validator/deed.ts'
import type { Fault, FaultLayer } from '../faults/fault.ts'
import { faultRecord } from '../faults/fault-record.ts'
import { skewOf } from '../faults/fault-specs.ts'
import type { FaultTarget } from '../faults/fault-target.ts'
import { type FaultCallOptions, type FaultHandle, Faults } from '../faults/faults.ts'
import { History } from '../observe/history.ts'
import type { HistoryRecord } from '../observe/history-record.ts'
import { declaredPeers } from '../plan/declared-peers.ts'
import type { EdgePlan, Manifest, NodePlan } from '../plan/manifest.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import { planAddedNode } from '../plan/plan-added-node.ts'
import { planRemovedNode } from '../plan/plan-removed-node.ts'
import { Guardian } from '../processes/guardian.ts'
import { Absences } from './absences.ts'
import type { ClientPrograms } from './client-programs.ts'
import { externalKeystores } from './external-keystores.ts'
import { localFetch } from './local-fetch.ts'
import type { NetworkDirectory } from './network-directory.ts'
import { NetworkRecorder } from './network-recorder.ts'
import { wallTime } from './network-time.ts'
import { Node } from './node.ts'
import { edgesOf, NodeSockets } from './node-sockets.ts'
import type { SavedNetwork } from './saved-network.ts'
import { SlotClock } from './slot-clock.ts'
import { virtualTime } from './virtual-time.ts'

/** A head that is no older belongs to a chain that goes on, with some empty slots. */
const recentSlots = 8

/**
 * What stands behind a `Network`: the plan in force, its directory, its nodes and where they are reached.
 * Keeps the saved network up to date with every change.
 */
export class NetworkHost implements FaultTarget {
  readonly directory: NetworkDirectory
  /** Where the embedded nodes live; undefined when there are none. */
  readonly embedded: EmbeddedNetwork | undefined
  readonly clock: SlotClock
  readonly history: History
  readonly recorder: NetworkRecorder
  readonly faults: Faults
  /** Whether nodes did not end by a stop when the network last ran. */
  readonly wasCrashed: boolean
  /** The slot in which this process took the network up. */
  readonly startedAtSlot: number
  readonly #programs: ClientPrograms
  readonly #onStateChange: (node: Node) => void
  readonly #guardian = new Guardian()
  readonly #nodes = new Map<string, Node>()
  readonly #absences = new Absences()
  readonly #sockets: NodeSockets
  #saved: SavedNetwork
  #changes: Promise<unknown> = Promise.resolve()

  constructor(parameters: {
    directory: NetworkDirectory
    saved: SavedNetwork
    programs: ClientPrograms
    embedded: EmbeddedNetwork | undefined
    onStateChange: (node: Node) => void
  }) {
    this.directory = parameters.directory
    this.history = new History(parameters.directory.historyFile)
    this.faults = new Faults(this)
    this.embedded = parameters.embedded
    this.#saved = parameters.saved
    this.#programs = parameters.programs
    this.#sockets = new NodeSockets(parameters.saved.manifest.seed)
    this.#onStateChange = (node) => {
      // Before the recorder forgets where the node was.
      this.#absences.noteState(node, this.#followedUntil(node))
      this.recorder.onStateChange(node)
      this.faults.onNodeState(node)
      parameters.onStateChange(node)
    }
    const time = this.manifest.time === 'virtual' && this.embedded ? virtualTime(this.embedded) : wallTime
    this.clock = new SlotClock({ genesisTime: this.genesisTime, ...this.manifest.chain }, time)
    this.wasCrashed = this.#saved.unclean.length > 0
    this.startedAtSlot = this.clock.currentSlot
    this.recorder = new NetworkRecorder(this)
  }

  get manifest(): Manifest {
    return this.#saved.manifest
  }

  get saved(): SavedNetwork {
    return this.#saved
  }

  get genesisTime(): number {
    return this.#saved.genesisTime
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()]
  }

  /** Adds to the network's history, e.g. the begin and the end of a fault. */
  record(record: HistoryRecord): void {
    this.recorder.add(record)
  }

  async prepareLoss(): Promise<void> {
    await this.#sockets.prepareLoss()
  }

  async setLink(edge: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void> {
    if (edge.links[layer] === 'sockets') await this.#sockets.setLink(edge, layer, state)
    else await this.#embeddedNetwork.setLink(layer, edge.a, edge.b, state)
  }

  hasOwnClock({ consensus }: NodePlan): boolean {
    return clientNamed('consensus', consensus).kind === 'embedded'
  }

  async setClockSkew(name: string, skewMs: number): Promise<void> {
    await this.#embeddedNetwork.setClockSkew(name, skewMs)
  }

  canMisbehave(name: string): boolean {
    const node = this.manifest.nodes.find((one) => one.name === name)
    if (node === undefined || node.validatorClient === 'external') return false
    const isEmbedded = clientNamed('consensus', node.consensus).kind === 'embedded'
    return isEmbedded || node.validatorClient === 'remote-signer'
  }

  async setMisbehaviour(name: string, id: string, order: DeedOrder | undefined): Promise<void> {
    const standIns = this.#sockets.standInsOf(name)
    if (standIns !== undefined) standIns.setMisbehaviour(id, order)
    else await this.#embeddedNetwork.setMisbehaviour(name, id, order)
  }

  async setEngineFault(name: string, id: string, fault: EngineFault | undefined): Promise<void> {
    const standIns = this.#sockets.standInsOf(name)
    if (standIns !== undefined) standIns.setEngineFault(id, fault)
    else await this.#embeddedNetwork.setEngineFault(name, id, fault)
  }

  onFault(phase: 'begin' | 'end', fault: Fault): void {
    this.record(faultRecord(phase, fault, this))
  }

  /** Claims ports for all planned nodes and makes the node objects; nothing is started. */
  async open(): Promise<void> {
    this.recorder.start()
    for (const plan of this.manifest.nodes) {
      await this.#sockets.claim(plan, this.manifest, this.#saved.ports[plan.name])
    }
    await this.#sockets.openEdges(this.manifest.edges, this.manifest)
    for (const plan of this.manifest.nodes) this.#nodes.set(plan.name, await this.#makeNode(plan))
    // Whatever ends this process from now on without `close` is a crash of every node.
    await this.#save({ unclean: this.manifest.nodes.map(({ name }) => name) })
  }

  /** One node at a time, since each is planned from the manifest that the one before has left. */
  addNode(options: AddedNodeOptions, signal: AbortSignal): Promise<Node> {
    return this.#inTurn(() => this.#addNode(options, signal))
  }

  removeNode(node: Node): Promise<void> {
    return this.#inTurn(() => this.#removeNode(node))
  }

  /** Stops everything and gives back the ports and the directory. */
  async close({ keepDirectory = false } = {}): Promise<void> {
    this.recorder.onNetworkState('stopping')
    this.faults.close()
    await this.#inTurn(async () => {
      await Promise.all(this.nodes.map((node) => node.retire()))
      const unclean = this.nodes.filter((node) => !node.isStoppedCleanly).map(({ name }) => name)
      await this.#save({ unclean, ...this.#virtualTime })
      this.#guardian[Symbol.dispose]()
      await this.#sockets[Symbol.asyncDispose]()
      await this.embedded?.close()
      await this.recorder.close()
      await this.directory.release({ keep: keepDirectory })
    })
  }

  async #addNode(options: AddedNodeOptions, signal: AbortSignal): Promise<Node> {
    signal.throwIfAborted()
    const manifest = planAddedNode(this.manifest, options, capabilityRegistry)
    const plan = manifest.nodes.at(-1) as NodePlan
    const { unclean } = this.#saved
    await this.#programs.find(plan, signal)
    await this.#sockets.claim(plan, manifest)
    await this.#save({ manifest })
    const node = await this.#makeNode(plan)
    await this.#save({ unclean: [...unclean, plan.name] })
    this.#nodes.set(plan.name, node)
    this.#absences.noteAdded(plan.name)
    this.recorder.onAdded(plan, declaredPeers(manifest.edges, plan.name))
    try {
      await this.#sockets.openEdges(edgesOf(plan.name, manifest.edges), manifest)
      await this.faults.onNodesChanged()
      await this.#updatePeers(declaredPeers(manifest.edges, node.name))
      await node.start({ signal })
      return node
    } catch (error) {
      await this.#removeNode(node)
      throw error
    }
  }

  async #removeNode(node: Node): Promise<void> {
    const neighbours = declaredPeers(this.manifest.edges, node.name)
    const edges = edgesOf(node.name, this.manifest.edges)
    const manifest = planRemovedNode(this.manifest, node.name)
    await node.retire()
    await this.#sockets.closeEdges(edges)
    this.#nodes.delete(node.name)
    this.recorder.onRemoved(node.name)
    await this.#sockets.close(node.name)
    await this.embedded?.remove(node.name)
    await this.#save({ manifest })
    await this.#updatePeers(neighbours)
    await this.faults.onNodesChanged()
    await rm(this.directory.nodeDirectory(node.name), { recursive: true, force: true })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(change)
    this.#changes = result.catch(() => {})
    return result
  }

  async #makeNode(plan: NodePlan): Promise<Node> {
    await this.#sockets.openStandIns(plan, this, this.directory.nodeDirectory(plan.name))
    const jwtSecretFile = await this.#jwtSecretFile(plan)
    const supervision = { records: this.directory.records, guardian: this.#guardian }
    return new Node({
      plan,
      ports: this.#sockets.portsOf(plan.name),
      jwtSecretFile,
      keystores: await externalKeystores(this.manifest, plan, this.directory.nodeDirectory(plan.name)),
      wasStoppedCleanly: !this.#saved.unclean.includes(plan.name),
      onStateChange: this.#onStateChange,
      skewClock: (node, skewMs, options) => this.#skewClock(node, skewMs, options),
      // In virtual time a request over HTTP would take real time, and wait for the nodes' work.
      fetch:
        this.manifest.time === 'virtual' && this.embedded ? localFetch(this.embedded, plan.name) : undefined,
      makeInstance: (layer, onCrash) => {
        const client = clientNamed(layer, plan[layer])
        if (client.kind === 'process') {
          const makeContext = () => this.#contextOf(plan, jwtSecretFile)
          return new ProcessClientInstance(client, makeContext, supervision, onCrash)
        }
        const makeParameters = () => this.#parametersOf(plan, jwtSecretFile)
        return new EmbeddedClientInstance(client, this.#embeddedNetwork, makeParameters, onCrash)
      },
    })
  }

  /** Where virtual time goes on when the network is started again. */
  get #virtualTime(): Pick<SavedNetwork, 'virtualTimeMs'> {
    return this.manifest.time === 'virtual' ? { virtualTimeMs: this.clock.nowMs } : {}
  }

  async #skewClock({ name, plan }: Node, skewMs: number, options: FaultCallOptions): Promise<FaultHandle> {
    const hasOwnClock = this.hasOwnClock(plan)
    return this.faults.begin(skewOf(this.manifest, { node: name, skewMs, hasOwnClock }), options)
  }

  get #embeddedNetwork(): EmbeddedNetwork {
    if (this.embedded === undefined) throw new Error('there is no thread for the embedded nodes')
    return this.embedded
  }

  #parametersOf(plan: NodePlan, jwtSecretFile: string): NodeParameters {
    const logFile = join(this.directory.nodeDirectory(plan.name), 'logs', 'embedded.log')
    const ports = this.#sockets.portsOf(plan.name)
    const layers = embeddedLayers(plan)
    return {
      plan,
      ports,
      jwtSecretFile,
      logFile,
      layers,
      peers: this.#sockets.peersOf(plan.name, this.manifest),
    }
  }

  /** Tells the embedded nodes that run whom they are to be connected to. */
  async #updatePeers(names: readonly string[]): Promise<void> {
    if (this.embedded === undefined) return
    for (const name of names) await this.embedded.setPeers(name, this.#sockets.peersOf(name, this.manifest))
  }

  #contextOf(node: NodePlan, jwtSecretFile: string): NodeContext {
    const peers = this.#sockets.peersOf(node.name, this.manifest)
    return {
      manifest: this.manifest,
      node,
      ports: this.#sockets.portsOf(node.name),
      peers,
      files: this.directory.files,
      directory: this.directory.nodeDirectory(node.name),
      jwtSecretFile,
      ...this.#sockets.servicesOf(node.name),
      slotsMissed: peers.some(({ node }) => this.#follows(node.name))
        ? this.#absences.slotsMissed(node.name, this.clock.currentSlot)
        : 0,
      binary: this.#programs.path,
    }
  }

  /** Whether a node runs and has a recent head: one that was just started may itself wait for blocks. */
  #follows(name: string): boolean {
    if (this.#nodes.get(name)?.state !== 'running') return false
    const head = this.recorder.headSlotOf(name)
    return head !== undefined && this.clock.currentSlot - head <= recentSlots
  }

  /** The slot until which a node has followed the chain: it may run and be behind the others' heads. */
  #followedUntil({ name }: Node): number {
    const head = this.recorder.headSlotOf(name)
    if (head === undefined) return this.clock.currentSlot
    const heads = this.nodes.map((node) => this.recorder.headSlotOf(node.name) ?? head)
    return this.clock.currentSlot - (Math.max(head, ...heads) - head)
  }

  /** Drawn once per node: nothing but the node's own two clients may know it, so it does not come from the seed. */
  async #jwtSecretFile({ name }: NodePlan): Promise<string> {
    const path = join(this.directory.nodeDirectory(name), 'jwt.hex')
    const known = await readFile(path, 'utf8').catch(() => '')
    if (/^[0-9a-f]{64}$/.test(known.trim())) return path
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600 })
    return path
  }

  async #save(change: Partial<SavedNetwork>): Promise<void> {
    this.#saved = { ...this.#saved, ...change, ports: this.#sockets.ports }
    await this.directory.save(this.#saved)
  }
}
