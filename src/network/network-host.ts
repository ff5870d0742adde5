import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NodeContext } from '../clients/client.ts'
import { EmbeddedClientInstance } from '../clients/embedded-client-instance.ts'
import { ProcessClientInstance } from '../clients/process-client-instance.ts'
import { capabilityRegistry, clientNamed } from '../clients/registry.ts'
import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { NodeParameters } from '../embedded/host/host-methods.ts'
import { declaredPeers } from '../plan/declared-peers.ts'
import type { Manifest, NodePlan, NodePorts } from '../plan/manifest.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import { planAddedNode } from '../plan/plan-added-node.ts'
import { planRemovedNode } from '../plan/plan-removed-node.ts'
import { Guardian } from '../processes/guardian.ts'
import { claimPorts, type PortClaim } from '../processes/ports.ts'
import type { ClientPrograms } from './client-programs.ts'
import { localFetch } from './local-fetch.ts'
import type { NetworkDirectory } from './network-directory.ts'
import { wallTime } from './network-time.ts'
import { Node } from './node.ts'
import type { SavedNetwork } from './saved-network.ts'
import { SlotClock } from './slot-clock.ts'
import { virtualTime } from './virtual-time.ts'

/**
 * What stands behind a `Network`: the plan in force, its directory, the ports it holds and its nodes.
 * Keeps the saved network up to date with every change.
 */
export class NetworkHost {
  readonly directory: NetworkDirectory
  /** Where the embedded nodes live; undefined when there are none. */
  readonly embedded: EmbeddedNetwork | undefined
  readonly clock: SlotClock
  /** Whether nodes did not end by a stop when the network last ran. */
  readonly wasCrashed: boolean
  /** The slot in which this process took the network up. */
  readonly startedAtSlot: number
  readonly #programs: ClientPrograms
  readonly #onStateChange: (node: Node) => void
  readonly #guardian = new Guardian()
  readonly #ports = new Map<string, PortClaim>()
  readonly #nodes = new Map<string, Node>()
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
    this.embedded = parameters.embedded
    this.#saved = parameters.saved
    this.#programs = parameters.programs
    this.#onStateChange = parameters.onStateChange
    const time = this.manifest.time === 'virtual' && this.embedded ? virtualTime(this.embedded) : wallTime
    this.clock = new SlotClock({ genesisTime: this.genesisTime, ...this.manifest.chain }, time)
    this.wasCrashed = this.#saved.unclean.length > 0
    this.startedAtSlot = this.clock.currentSlot
  }

  get manifest(): Manifest {
    return this.#saved.manifest
  }

  get genesisTime(): number {
    return this.#saved.genesisTime
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()]
  }

  /** Claims ports for all planned nodes and makes the node objects; nothing is started. */
  async open(): Promise<void> {
    for (const plan of this.manifest.nodes) {
      this.#ports.set(plan.name, await claimPorts(plan, this.#saved.ports[plan.name]))
    }
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
    await this.#inTurn(async () => {
      await Promise.all(this.nodes.map((node) => node.retire()))
      const unclean = this.nodes.filter((node) => !node.isStoppedCleanly).map(({ name }) => name)
      await this.#save({ unclean, ...this.#virtualTime })
      this.#guardian[Symbol.dispose]()
      for (const claim of this.#ports.values()) claim[Symbol.dispose]()
      await this.embedded?.close()
      await this.directory.release({ keep: keepDirectory })
    })
  }

  async #addNode(options: AddedNodeOptions, signal: AbortSignal): Promise<Node> {
    signal.throwIfAborted()
    const manifest = planAddedNode(this.manifest, options, capabilityRegistry)
    const plan = manifest.nodes.at(-1) as NodePlan
    const { unclean } = this.#saved
    await this.#programs.find(plan, signal)
    this.#ports.set(plan.name, await claimPorts(plan))
    await this.#save({ manifest })
    const node = await this.#makeNode(plan)
    await this.#save({ unclean: [...unclean, plan.name] })
    this.#nodes.set(plan.name, node)
    try {
      await node.start({ signal })
      return node
    } catch (error) {
      await this.#removeNode(node)
      throw error
    }
  }

  async #removeNode(node: Node): Promise<void> {
    const manifest = planRemovedNode(this.manifest, node.name)
    await node.retire()
    this.#nodes.delete(node.name)
    this.#ports.get(node.name)?.[Symbol.dispose]()
    this.#ports.delete(node.name)
    await this.embedded?.remove(node.name)
    await this.#save({ manifest })
    await rm(this.directory.nodeDirectory(node.name), { recursive: true, force: true })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(change)
    this.#changes = result.catch(() => {})
    return result
  }

  async #makeNode(plan: NodePlan): Promise<Node> {
    const jwtSecretFile = await this.#jwtSecretFile(plan)
    const supervision = { records: this.directory.records, guardian: this.#guardian }
    return new Node({
      plan,
      ports: this.#portsOf(plan.name),
      jwtSecretFile,
      genesisBlockRoot: this.#saved.genesisBlockRoot,
      wasStoppedCleanly: !this.#saved.unclean.includes(plan.name),
      onStateChange: this.#onStateChange,
      // In virtual time a request over HTTP would take real time, and wait for the nodes' work.
      fetch:
        this.manifest.time === 'virtual' && this.embedded ? localFetch(this.embedded, plan.name) : undefined,
      makeInstance: (layer, node, onCrash) => {
        const client = clientNamed(layer, plan[layer])
        if (client.kind === 'process') {
          const makeContext = () => this.#contextOf(plan, jwtSecretFile, node.resumeFrom)
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

  get #embeddedNetwork(): EmbeddedNetwork {
    if (this.embedded === undefined) throw new Error('there is no thread for the embedded nodes')
    return this.embedded
  }

  #parametersOf(plan: NodePlan, jwtSecretFile: string): NodeParameters {
    const logFile = join(this.directory.nodeDirectory(plan.name), 'logs', 'embedded.log')
    const peers = declaredPeers(this.manifest.edges, plan.name)
    return { plan, ports: this.#portsOf(plan.name), jwtSecretFile, logFile, peers }
  }

  #contextOf(node: NodePlan, jwtSecretFile: string, resumeFrom: string | undefined): NodeContext {
    const peers = declaredPeers(this.manifest.edges, node.name).flatMap((name) => {
      const peer = this.manifest.nodes.find((one) => one.name === name)
      return peer ? [{ node: peer, address: peer.address, ports: this.#portsOf(name) }] : []
    })
    return {
      manifest: this.manifest,
      node,
      ports: this.#portsOf(node.name),
      peers,
      files: this.directory.files,
      directory: this.directory.nodeDirectory(node.name),
      jwtSecretFile,
      resumeFrom,
      hasRunningPeers: peers.some(({ node: { name } }) => this.#nodes.get(name)?.state === 'running'),
      binary: this.#programs.path,
    }
  }

  #portsOf(name: string): NodePorts {
    const claim = this.#ports.get(name)
    if (claim === undefined) throw new Error(`no ports were claimed for ${name}`)
    return claim.ports
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
    const ports = Object.fromEntries([...this.#ports].map(([name, claim]) => [name, claim.ports]))
    this.#saved = { ...this.#saved, ...change, ports }
    await this.directory.save(this.#saved)
  }
}
