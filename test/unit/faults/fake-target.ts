import type { EngineFault } from '../../../src/embedded/engine/engine-fault.ts'
import type { LinkState } from '../../../src/embedded/links/link-state.ts'
import type { DeedOrder } from '../../../src/embedded/validator/deed.ts'
import type { Fault, FaultLayer } from '../../../src/faults/fault.ts'
import type { FaultTarget } from '../../../src/faults/fault-target.ts'
import type { Node } from '../../../src/network/node.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import type { EdgePlan, Manifest } from '../../../src/plan/manifest.ts'

/** A network without nodes behind it: peers are what its links say, and its time moves when it is waited for. */
export class FakeTarget implements FaultTarget {
  manifest: Manifest
  readonly clock: SlotClock
  /** Links that are not as they were at first, as `execution node-0 node-1`. */
  readonly links = new Map<string, LinkState>()
  readonly skews = new Map<string, number>()
  /** What nodes were told to do, as `node-0 misbehaviour-1`. */
  readonly misconduct = new Map<string, string>()
  /** Nodes whose validators take no orders. */
  readonly disobedient = new Set<string>()
  /** `begin partition-1`, `end partition-1`, … */
  readonly told: string[] = []
  /** States of nodes that do not run. */
  readonly states = new Map<string, Node['state']>()
  /** Nodes whose links stay as they are, whatever is asked for. */
  readonly stubborn = new Set<string>()
  /** When set, whoever sets a link hears that it failed, although it did not. */
  failure: Error | undefined
  /** Called each time that somebody lets time pass. */
  onWait: () => void = () => {}
  #nowMs = 1_700_000_000_000

  constructor(manifest: Manifest) {
    this.manifest = manifest
    const target = this
    this.clock = new SlotClock(
      { genesisTime: 1_700_000_000, ...manifest.chain },
      {
        get nowMs() {
          return target.#nowMs
        },
        pollsPerSlot: 1,
        async until(timeMs, signal) {
          signal?.throwIfAborted()
          target.#nowMs = Math.max(target.#nowMs, timeMs)
          target.onWait()
          signal?.throwIfAborted()
        },
      },
    )
  }

  get nodes(): readonly Node[] {
    return this.manifest.nodes.map((plan) => {
      const { name } = plan
      const idsOf = (layer: FaultLayer) =>
        this.#peersOf(name, layer).map((peer) =>
          layer === 'consensus' ? peer.libp2p.peerId : peer.devp2p.nodeId.slice(2),
        )
      const node = {
        name,
        plan,
        state: this.states.get(name) ?? 'running',
        isKilled: false,
        executionApi: { connectedPeers: async () => idsOf('execution') },
        beaconApi: { connectedPeers: async () => idsOf('consensus') },
      }
      return node as unknown as Node
    })
  }

  /** Whether packets can be lost on links over sockets. */
  canLose = true

  async prepareLoss(): Promise<void> {
    if (!this.canLose) throw new Error('no packets can be lost here')
  }

  async setLink({ a, b }: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void> {
    if (this.stubborn.has(a) || this.stubborn.has(b)) return
    this.links.set(`${layer} ${a} ${b}`, state)
    if (this.failure !== undefined) throw this.failure
  }

  hasOwnClock(): boolean {
    return true
  }

  async setClockSkew(name: string, skewMs: number): Promise<void> {
    this.skews.set(name, skewMs)
  }

  async setMisbehaviour(node: string, id: string, order: DeedOrder | undefined): Promise<void> {
    if (this.disobedient.has(node)) throw new Error(`${node} takes no orders`)
    this.setMisconduct(node, id, order?.deed.kind)
  }

  async setEngineFault(node: string, id: string, fault: EngineFault | undefined): Promise<void> {
    this.setMisconduct(node, id, fault?.kind)
  }

  private setMisconduct(node: string, id: string, kind: string | undefined): void {
    const key = `${node} ${id}`
    if (kind === undefined) this.misconduct.delete(key)
    else this.misconduct.set(key, kind)
  }

  onFault(phase: 'begin' | 'end', { id }: Fault): void {
    this.told.push(`${phase} ${id}`)
  }

  /** Edges that are down, as `0-1`, on a layer. */
  down(layer: FaultLayer = 'consensus'): string[] {
    return this.manifest.edges
      .filter(({ a, b }) => !this.#isUp(a, b, layer))
      .map(({ a, b }) => `${a}-${b}`.replaceAll('node-', ''))
  }

  /** Whether nobody meddles in any link. */
  get isHealthy(): boolean {
    return [...this.links.values()].every(
      ({ isUp, forward, backward }) =>
        isUp && [forward, backward].every((shape) => shape.latencyMs === 0 && shape.lossPercent === 0),
    )
  }

  #isUp(a: string, b: string, layer: FaultLayer): boolean {
    return this.links.get(`${layer} ${a} ${b}`)?.isUp ?? true
  }

  #peersOf(name: string, layer: FaultLayer) {
    const up = this.manifest.edges.filter(({ a, b }) => this.#isUp(a, b, layer))
    const peers = up.flatMap(({ a, b }) => (a === name ? [b] : b === name ? [a] : []))
    return this.manifest.nodes.filter(
      (node) => peers.includes(node.name) && (this.states.get(node.name) ?? 'running') === 'running',
    )
  }
}
