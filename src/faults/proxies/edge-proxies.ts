import type { LinkState } from '../../embedded/links/link-state.ts'
import { messageOf } from '../../errors.ts'
import type { EdgePlan, NodePorts } from '../../plan/manifest.ts'
import { randomSource } from '../../plan/random.ts'
import { PortError } from '../../processes/errors.ts'
import { type FaultLayer, faultLayers } from '../fault.ts'
import { TcpProxy } from './tcp-proxy.ts'

/** Where a node's own p2p listeners are. */
export interface EdgeEnd {
  readonly address: string
  readonly ports: Pick<NodePorts, 'executionP2p' | 'consensusP2p'>
}

/** Either end may dial the other: a proxy each. */
interface LayerProxies {
  readonly fromA: TcpProxy
  readonly fromB: TcpProxy
}

const portNames = { execution: 'executionP2p', consensus: 'consensusP2p' } as const

/**
 * The proxies of a network, one pair for each edge and layer that runs over sockets. On an edge each end
 * dials the edge's own address instead of its peer's, at the peer's port. They are always in between, so that
 * a link can be cut at any time, and need no rights.
 */
export class EdgeProxies implements AsyncDisposable {
  readonly #seed: number
  readonly #layers = new Map<string, LayerProxies>()

  /** @param seed what jitter is drawn from */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** Listens on the edge's address, on the layers that need it. @throws {PortError} when a port is taken */
  async open(edge: EdgePlan, ends: { readonly a: EdgeEnd; readonly b: EdgeEnd }): Promise<void> {
    try {
      for (const layer of faultLayers) {
        if (edge.links[layer] === 'sockets') await this.#openLayer(edge, layer, ends)
      }
    } catch (error) {
      await this.close(edge)
      throw new PortError(
        `The proxy between ${edge.a} and ${edge.b} cannot listen on ${edge.address}: ${messageOf(error)}`,
        { a: edge.a, b: edge.b, address: edge.address },
      )
    }
  }

  /** Nothing happens when it is not open. */
  async close(edge: EdgePlan): Promise<void> {
    await Promise.all(faultLayers.map((layer) => this.#closeLayer(keyOf(edge, layer))))
  }

  /** Cuts, heals or shapes an edge on one layer; one that is not open has no connections. */
  set(edge: EdgePlan, layer: FaultLayer, state: LinkState): void {
    const proxies = this.#layers.get(keyOf(edge, layer))
    proxies?.fromA.set(state)
    proxies?.fromB.set({ ...state, forward: state.backward, backward: state.forward })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#layers.keys()].map((key) => this.#closeLayer(key)))
  }

  async #openLayer(edge: EdgePlan, layer: FaultLayer, { a, b }: { a: EdgeEnd; b: EdgeEnd }): Promise<void> {
    const listen = (target: EdgeEnd, name: string) => {
      const port = target.ports[portNames[layer]]
      return TcpProxy.listen({
        address: edge.address,
        port,
        target: { address: target.address, port },
        random: randomSource(`proxy/${layer}/${edge.a}/${edge.b}/${name}`, this.#seed),
      })
    }
    const fromA = await listen(b, 'from-a')
    const fromB = await listen(a, 'from-b').catch(async (error: unknown) => {
      await fromA[Symbol.asyncDispose]()
      throw error
    })
    // libp2p copes with two connections between two nodes; devp2p does not.
    if (layer === 'execution') TcpProxy.pair(fromA, fromB)
    this.#layers.set(keyOf(edge, layer), { fromA, fromB })
  }

  async #closeLayer(key: string): Promise<void> {
    const proxies = this.#layers.get(key)
    this.#layers.delete(key)
    await Promise.all([proxies?.fromA[Symbol.asyncDispose](), proxies?.fromB[Symbol.asyncDispose]()])
  }
}

function keyOf({ address }: EdgePlan, layer: FaultLayer): string {
  return `${address}/${layer}`
}
