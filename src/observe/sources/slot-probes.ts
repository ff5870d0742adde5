import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { ExecutionApi } from '../../apis/execution-api.ts'
import type { NodeEventData } from '../../apis/node-event.ts'
import { askVoteShares } from './attestation-rewards.ts'
import { sampleExecution } from './execution-sample.ts'

type Layer = 'execution' | 'consensus'

/** A running node whose APIs are asked. */
export interface ProbedNode {
  readonly name: string
  readonly beaconApi: BeaconApi
  readonly executionApi: ExecutionApi
  /** Those of its layers that do not tell of themselves. */
  readonly layers: readonly Layer[]
  /** The head that it last told of. */
  readonly headRoot?: string | undefined
}

/** Answers must come before the next slot is to be looked at. */
const timeoutMs = 2_000

/**
 * What is asked of nodes once a slot, as no event tells of it: peers of all, the execution head of one, and
 * once an epoch the participation of each branch. A node that does not answer is left out: its events and state say why.
 */
export class SlotProbes {
  readonly #slotsPerEpoch: number
  readonly #emit: (node: string, event: NodeEventData) => void
  /** Nodes that told of the participation in the latest epoch. */
  #participation: { readonly epoch: number; readonly toldBy: Set<string> } = { epoch: -1, toldBy: new Set() }

  constructor(parameters: { slotsPerEpoch: number; emit: (node: string, event: NodeEventData) => void }) {
    this.#slotsPerEpoch = parameters.slotsPerEpoch
    this.#emit = parameters.emit
  }

  async ask(
    nodes: readonly ProbedNode[],
    { slot, signal }: { slot: number; signal: AbortSignal },
  ): Promise<void> {
    const options = { signal, timeoutMs }
    const sampled = nodes[slot % Math.max(1, nodes.length)]
    const asked = nodes.flatMap((node) => node.layers.map((layer) => this.#peers(node, layer, options)))
    if (sampled !== undefined) asked.push(this.#execution(sampled, options))
    asked.push(...this.#participations(nodes, slot, options))
    await Promise.allSettled(asked)
  }

  async #peers(
    { name, beaconApi, executionApi }: ProbedNode,
    layer: Layer,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<void> {
    const api = layer === 'consensus' ? beaconApi : executionApi
    this.#emit(name, { topic: 'peers', layer, peerIds: await api.connectedPeers(options) })
  }

  async #execution(node: ProbedNode, options: { signal: AbortSignal; timeoutMs: number }): Promise<void> {
    const sample = await sampleExecution(node, options)
    if (sample !== undefined) this.#emit(node.name, sample)
  }

  /**
   * Of the epoch before the last one, whose votes can no longer be included, from one node of each branch: the
   * sides of a split have different votes.
   */
  #participations(
    nodes: readonly ProbedNode[],
    slot: number,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<void>[] {
    const epoch = Math.floor(slot / this.#slotsPerEpoch) - 2
    if (epoch < 0) return []
    if (epoch !== this.#participation.epoch) this.#participation = { epoch, toldBy: new Set() }
    const { toldBy } = this.#participation
    const branches = new Map<string | undefined, ProbedNode[]>()
    for (const node of nodes) {
      if (!node.layers.includes('consensus')) continue
      branches.set(node.headRoot, [...(branches.get(node.headRoot) ?? []), node])
    }
    return [...branches.values()]
      .filter((branch) => !branch.some(({ name }) => toldBy.has(name)))
      .map((branch) => this.#participationOn(branch, epoch, options))
  }

  /** As the first of these nodes has it that answers. */
  async #participationOn(
    branch: readonly ProbedNode[],
    epoch: number,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<void> {
    const { toldBy } = this.#participation
    for (const { name, beaconApi } of branch) {
      const shares = await askVoteShares(beaconApi, epoch, options).catch(() => undefined)
      if (shares === undefined) continue
      toldBy.add(name)
      this.#emit(name, { topic: 'participation', epoch, ...shares })
      return
    }
  }
}
