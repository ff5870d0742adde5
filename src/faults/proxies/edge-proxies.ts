import type { LinkState } from '../../embedded/links/link-state.ts'
import { messageOf } from '../../errors.ts'
import type { EdgePlan, NodePorts } from '../../plan/manifest.ts'
import { randomSource } from '../../plan/random.ts'
import { PortError } from '../../processes/errors.ts'
import { type FaultLayer, faultLayers } from '../fault.ts'
import { type LossyLink, LossyWires } from './lossy-wires/lossy-wires.ts'
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
  /** Since it first lost packets. */
  lossy: LossyLink | undefined
}

const portNames = { execution: 'executionP2p', consensus: 'consensusP2p' } as const

/**
 * The proxies of a network, one pair for each edge and layer that runs over sockets. On an edge each end
 * dials the edge's own address instead of its peer's, at the peer's port. They are always in between, so that
 * a link can be cut at any time, and need no rights.
 */
export class EdgeProxies implements AsyncDisposable {
  readonly #seed: number
  readonly #wires: LossyWires
  readonly #layers = new Map<string, LayerProxies>()

  /** @param seed what jitter is drawn from; losses are the kernel's choice */
  constructor(seed: number, wires = new LossyWires()) {
    this.#seed = seed
    this.#wires = wires
  }

  /** Makes ready for links that lose packets. @throws {FaultError} when this machine cannot do it */
  async prepareLoss(): Promise<void> {
    await this.#wires.prepare()
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

  /**
   * Cuts, heals or shapes an edge on one layer; one that is not open has no connections.
   *
   * @throws {FaultError} when packets cannot be lost as is wanted
   */
  async set(edge: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void> {
    const proxies = this.#layers.get(keyOf(edge, layer))
    if (proxies === undefined) return
    const { fromA, fromB } = proxies
    const loss = { forward: state.forward.lossPercent, backward: state.backward.lossPercent }
    const isLossy = loss.forward > 0 || loss.backward > 0
    if (isLossy) proxies.lossy ??= this.#wires.link()
    const { lossy } = proxies
    const [wireFromA, wireFromB] =
      lossy !== undefined && isLossy ? [() => lossy.open('a'), () => lossy.open('b')] : [undefined, undefined]
    fromA.set(state, wireFromA)
    fromB.set({ ...state, forward: state.backward, backward: state.forward }, wireFromB)
    // Before the rules: what is to lose everything could not even be connected.
    await Promise.all([fromA.moveOntoWires(), fromB.moveOntoWires()])
    await lossy?.setLoss(loss)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#layers.keys()].map((key) => this.#closeLayer(key)))
    await this.#wires[Symbol.asyncDispose]()
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
    this.#layers.set(keyOf(edge, layer), { fromA, fromB, lossy: undefined })
  }

  async #closeLayer(key: string): Promise<void> {
    const proxies = this.#layers.get(key)
    this.#layers.delete(key)
    await Promise.all([proxies?.fromA[Symbol.asyncDispose](), proxies?.fromB[Symbol.asyncDispose]()])
    proxies?.lossy?.close()
  }
}

function keyOf({ address }: EdgePlan, layer: FaultLayer): string {
  return `${address}/${layer}`
}
