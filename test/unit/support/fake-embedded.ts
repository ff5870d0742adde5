import type { EmbeddedNetwork } from '../../../src/embedded/host/embedded-network.ts'
import type {
  Layer,
  LocalRequest,
  LocalResponse,
  NodeParameters,
} from '../../../src/embedded/host/host-methods.ts'
import type { LinkState } from '../../../src/embedded/links/link-state.ts'
import type { PeerEndpoint } from '../../../src/plan/peer-endpoint.ts'

/** Embedded nodes without a thread, and without nodes: it notes what is asked of it, and answers at once. */
export class FakeEmbedded implements Pick<EmbeddedNetwork, keyof EmbeddedNetwork> {
  readonly calls: string[] = []
  readonly requests: { readonly layer: Layer; readonly name: string; readonly request: LocalRequest }[] = []
  /** What each layer of a node was last started with, by `<layer> <name>`. */
  readonly started = new Map<string, NodeParameters>()
  answer: LocalResponse = { status: 200, body: '{}' }
  /** When set, the next start fails with it. */
  failure: Error | undefined
  nowMs: number
  readonly #onFailure = new Map<string, (reason: string) => void>()

  constructor(nowMs = 0) {
    this.nowMs = nowMs
  }

  /** The same, for those who want the real one, which has private fields as well. */
  get network(): EmbeddedNetwork {
    return this as unknown as EmbeddedNetwork
  }

  /** A layer of a node fails by itself. */
  fail(layer: Layer, name: string, reason: string): void {
    this.#onFailure.get(`${layer} ${name}`)?.(reason)
  }

  async open(): Promise<void> {
    this.calls.push('open')
  }

  async advanceTo(timeMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.calls.push(`advanceTo ${timeMs}`)
    this.nowMs = Math.max(this.nowMs, timeMs)
  }

  async start(layer: Layer, node: NodeParameters, onFailure: (reason: string) => void): Promise<void> {
    this.calls.push(`start ${layer} ${node.plan.name}`)
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure
    this.started.set(`${layer} ${node.plan.name}`, node)
    this.#onFailure.set(`${layer} ${node.plan.name}`, onFailure)
  }

  async stop(layer: Layer, name: string): Promise<void> {
    this.calls.push(`stop ${layer} ${name}`)
  }

  async kill(layer: Layer, name: string): Promise<void> {
    this.calls.push(`kill ${layer} ${name}`)
  }

  async pause(layer: Layer, name: string): Promise<void> {
    this.calls.push(`pause ${layer} ${name}`)
  }

  async resume(layer: Layer, name: string): Promise<void> {
    this.calls.push(`resume ${layer} ${name}`)
  }

  async setPeers(name: string, peers: readonly PeerEndpoint[]): Promise<void> {
    this.calls.push(`setPeers ${name} ${peers.map(({ node }) => node.name).join(' ')}`)
  }

  async remove(name: string): Promise<void> {
    this.calls.push(`remove ${name}`)
  }

  async request(layer: Layer, name: string, request: LocalRequest): Promise<LocalResponse> {
    this.requests.push({ layer, name, request })
    return this.answer
  }

  /** Nothing happens on its nodes. */
  follow(): void {}

  async setLink(layer: Layer, a: string, b: string, { isUp }: LinkState): Promise<void> {
    this.calls.push(`setLink ${layer} ${a} ${b} ${isUp ? 'up' : 'down'}`)
  }

  async setClockSkew(name: string, skewMs: number): Promise<void> {
    this.calls.push(`setClockSkew ${name} ${skewMs}`)
  }

  async setMisbehaviour(name: string, id: string): Promise<void> {
    this.calls.push(`setMisbehaviour ${name} ${id}`)
  }

  async setEngineFault(name: string, id: string): Promise<void> {
    this.calls.push(`setEngineFault ${name} ${id}`)
  }

  async digest(): Promise<string> {
    return 'd1'.repeat(32)
  }

  async close(): Promise<void> {
    this.calls.push('close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
