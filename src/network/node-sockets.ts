import { join } from 'node:path'
import type { NodeContext } from '../clients/client.ts'
import { clientNamed } from '../clients/registry.ts'
import type { LinkState } from '../embedded/links/link-state.ts'
import type { FaultLayer } from '../faults/fault.ts'
import type { SignerNetwork } from '../faults/misbehaviour/signer/signer-network.ts'
import { StandIns } from '../faults/misbehaviour/stand-ins.ts'
import { EdgeProxies } from '../faults/proxies/edge-proxies.ts'
import type { EdgePlan, Manifest, NodePlan, NodePorts } from '../plan/manifest.ts'
import type { PeerEndpoint } from '../plan/peer-endpoint.ts'
import { claimPorts, type PortClaim } from '../processes/ports.ts'

/**
 * Where a network's nodes are reached: the ports that each one holds, the proxies on the edges between them,
 * and what stands before the clients of a node so that they can misbehave.
 */
export class NodeSockets implements AsyncDisposable {
  readonly #ports = new Map<string, PortClaim>()
  readonly #proxies: EdgeProxies
  /** Of nodes whose consensus client is a process. */
  readonly #standIns = new Map<string, StandIns>()

  /** @param seed what jitter on the proxies is drawn from */
  constructor(seed: number) {
    this.#proxies = new EdgeProxies(seed)
  }

  get ports(): Record<string, NodePorts> {
    return Object.fromEntries([...this.#ports].map(([name, claim]) => [name, claim.ports]))
  }

  portsOf(name: string): NodePorts {
    const claim = this.#ports.get(name)
    if (claim === undefined) throw new Error(`no ports were claimed for ${name}`)
    return claim.ports
  }

  standInsOf(name: string): StandIns | undefined {
    return this.#standIns.get(name)
  }

  /** Holds ports for a node until it is closed. @throws {PortError} when none are left */
  async claim(plan: NodePlan, manifest: Manifest, wanted?: NodePorts): Promise<void> {
    this.#ports.set(plan.name, await claimPorts(plan, wanted, proxyAddresses(plan.name, manifest)))
  }

  /** Opens what stands before a node's clients, on the ports that it holds. */
  async openStandIns(plan: NodePlan, network: SignerNetwork, nodeDirectory: string): Promise<void> {
    if (clientNamed('consensus', plan.consensus).kind !== 'process') return
    const logFile = join(nodeDirectory, 'logs', 'remote-signer.log')
    const parameters = { ports: this.portsOf(plan.name), network, logFile }
    this.#standIns.set(plan.name, await StandIns.open(plan, parameters))
  }

  /** Opens the proxies of these edges, both ends of which hold their ports. */
  async openEdges(edges: readonly EdgePlan[], { nodes }: Manifest): Promise<void> {
    const addresses = new Map(nodes.map(({ name, address }) => [name, address]))
    const endOf = (name: string) => ({ address: addresses.get(name) ?? '', ports: this.portsOf(name) })
    for (const edge of edges) await this.#proxies.open(edge, { a: endOf(edge.a), b: endOf(edge.b) })
  }

  async closeEdges(edges: readonly EdgePlan[]): Promise<void> {
    await Promise.all(edges.map((edge) => this.#proxies.close(edge)))
  }

  async setLink(edge: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void> {
    await this.#proxies.set(edge, layer, state)
  }

  async prepareLoss(): Promise<void> {
    await this.#proxies.prepareLoss()
  }

  /** A node's neighbours, and how it reaches each of them. */
  peersOf(name: string, { edges, nodes }: Manifest): PeerEndpoint[] {
    return edgesOf(name, edges).flatMap(({ a, b, address, links }) => {
      const node = nodes.find((one) => one.name === (a === name ? b : a))
      if (node === undefined) return []
      const { dialsPeers = false } = clientNamed('consensus', node.consensus)
      return [{ node, links, address, ports: this.portsOf(node.name), dialsPeers }]
    })
  }

  /** What a node's consensus client is to talk to. */
  servicesOf(name: string): Pick<NodeContext, 'engineUrl' | 'signerUrl'> {
    const standIns = this.#standIns.get(name)
    const ownEngine = `http://127.0.0.1:${this.portsOf(name).executionEngine}`
    return { engineUrl: standIns?.engineUrl ?? ownEngine, signerUrl: standIns?.signerUrl }
  }

  /** Gives back all that a node holds; its edges are closed apart. */
  async close(name: string): Promise<void> {
    await this.#standIns.get(name)?.[Symbol.asyncDispose]()
    this.#standIns.delete(name)
    this.#ports.get(name)?.[Symbol.dispose]()
    this.#ports.delete(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxies[Symbol.asyncDispose]()
    await Promise.all([...this.#ports.keys()].map((name) => this.close(name)))
  }
}

export function edgesOf(name: string, edges: readonly EdgePlan[]): EdgePlan[] {
  return edges.filter(({ a, b }) => a === name || b === name)
}

function proxyAddresses(name: string, { edges }: Manifest): string[] {
  const overSockets = edgesOf(name, edges).filter(({ links }) => Object.values(links).includes('sockets'))
  return overSockets.map(({ address }) => address)
}
