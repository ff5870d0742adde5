import { type NodeEvent, recordAtFraction } from '../../apis/node-event.ts'
import type { HistoryRecord, SlotRecord } from '../history-record.ts'
import { BlockTree } from './block-tree.ts'
import { ChainViews } from './chain-views.ts'
import { Participations } from './participations.ts'
import { type Reorg, Reorgs } from './reorgs.ts'

/** Slots that are recorded one by one when time has jumped, as after a suspended machine. */
const slotsBehindMax = 64

export interface RecorderParameters {
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
  /** The next slot that is to be recorded. */
  readonly firstSlot: number
  readonly record: (record: HistoryRecord) => void
  /** Name of the node that holds a validator's key. */
  readonly holderOf: (validatorIndex: number) => string | undefined
  /** Names of peers by their ids, in the order of the plan. */
  readonly nameOf: (layer: 'execution' | 'consensus', ids: readonly string[]) => readonly string[]
}

/** Makes the records of a history of what happens on the nodes. No I/O, and no clock: it is told both. */
export class Recorder {
  readonly #parameters: RecorderParameters
  readonly #tree = new BlockTree()
  readonly #views = new ChainViews()
  readonly #reorgs = new Reorgs(this.#tree)
  readonly #participations = new Participations(this.#tree)
  /** Of each node, the peers that were last recorded by layer. */
  readonly #peers = new Map<string, string>()
  #nextSlot: number

  constructor(parameters: RecorderParameters) {
    this.#parameters = parameters
    this.#nextSlot = parameters.firstSlot
  }

  /** When the next slot is due, Unix time. */
  get nextSlotDueMs(): number {
    return this.#dueMs(this.#nextSlot)
  }

  /** The head that a node last told of. */
  headOf(node: string): string | undefined {
    return this.#views.of(node).headRoot
  }

  headSlotOf(node: string): number | undefined {
    return this.#views.of(node).headSlot
  }

  /** Takes a record that others make: it may change what the next slot's record says. */
  add(record: HistoryRecord): void {
    if (record.type === 'node') this.#onNode(record.node, record.state)
    this.#parameters.record(record)
  }

  #onNode(node: string, state: Parameters<ChainViews['setState']>[1]): void {
    this.#views.setState(node, state)
    if (state !== 'stopped' && state !== 'failed' && state !== 'removed') return
    for (const layer of ['execution', 'consensus']) this.#peers.delete(`${layer} ${node}`)
    this.#reorgs.forget(node)
  }

  onEvent(event: NodeEvent): void {
    const { record } = this.#parameters
    const { node, timeMs } = event
    switch (event.topic) {
      case 'block': {
        const { slot, root, parentRoot, proposerIndex } = event
        this.#tree.add(event)
        record({ type: 'block', timeMs, node, slot, root, parentRoot, proposerIndex })
        break
      }
      case 'head': {
        const { slot, root } = event
        const oldHead = this.#views.of(node).headRoot
        if (oldHead === root) return
        if (oldHead !== undefined) {
          this.#recordReorg(event, this.#reorgs.onHead(node, { slot, oldHead, newHead: root }))
        }
        this.#views.update(node, { headSlot: slot, headRoot: root })
        record({ type: 'head', timeMs, node, slot, root })
        break
      }
      case 'chain_reorg':
        this.#recordReorg(event, this.#reorgs.onTold(event))
        break
      case 'justified_checkpoint':
      case 'finalized_checkpoint':
        this.#onCheckpoint(event)
        break
      case 'participation': {
        const { epoch, source, target, head } = event
        if (!this.#participations.isNew(event, this.headOf(node))) return
        record({ type: 'participation', timeMs, node, epoch, source, target, head })
        break
      }
      case 'peers':
        this.#onPeers(event)
        break
      case 'execution': {
        const { slot, headRoot, payloadHash, executionHash } = event
        record({ type: 'execution', timeMs, node, slot, headRoot, payloadHash, executionHash })
        break
      }
      case 'gap': {
        const { fromMs, reason } = event
        record({ type: 'gap', timeMs, node, fromMs, reason })
      }
    }
  }

  /** Records the slots that are due by now. */
  onTime(timeMs: number): void {
    const { slotDurationMs } = this.#parameters
    const latest = Math.floor((timeMs - this.#dueMs(0)) / slotDurationMs)
    if (latest - this.#nextSlot > slotsBehindMax) {
      const reason = `slots ${this.#nextSlot} to ${latest - 1} were not watched`
      this.#parameters.record({ type: 'gap', timeMs, fromMs: this.nextSlotDueMs, reason })
      this.#nextSlot = latest
    }
    for (; this.#nextSlot <= latest; this.#nextSlot++) this.#parameters.record(this.#slotRecord(timeMs))
  }

  #dueMs(slot: number): number {
    const { genesisTimeMs, slotDurationMs } = this.#parameters
    return Math.ceil(genesisTimeMs + (slot + recordAtFraction) * slotDurationMs)
  }

  #slotRecord(timeMs: number): SlotRecord {
    const slot = this.#nextSlot
    const view = this.#views.common()
    const block =
      view.headSlot === slot && view.headRoot !== undefined ? this.#tree.get(view.headRoot) : undefined
    const proposerIndex = block?.proposerIndex
    return {
      type: 'slot',
      timeMs,
      slot,
      epoch: Math.floor(slot / this.#parameters.slotsPerEpoch),
      blockRoot: view.headSlot === slot ? view.headRoot : undefined,
      proposerIndex,
      proposerNode: proposerIndex === undefined ? undefined : this.#parameters.holderOf(proposerIndex),
      ...view,
    }
  }

  #recordReorg({ node, timeMs }: NodeEvent, reorg: Reorg | undefined): void {
    if (reorg !== undefined) this.#parameters.record({ type: 'reorg', timeMs, node, ...reorg })
  }

  #onCheckpoint(event: NodeEvent & { topic: 'justified_checkpoint' | 'finalized_checkpoint' }): void {
    const { node, timeMs, epoch, root, topic } = event
    const known = this.#views.of(node)
    if (topic === 'justified_checkpoint') {
      if (known.justifiedEpoch === epoch) return
      this.#views.update(node, { justifiedEpoch: epoch })
      if (epoch > 0) this.#parameters.record({ type: 'justified', timeMs, node, epoch, root })
      return
    }
    if (known.finalizedEpoch === epoch) return
    this.#views.update(node, { finalizedEpoch: epoch })
    // Genesis is final without anybody's vote, and clients do not agree on its root.
    if (epoch === 0) return
    const slot = this.#tree.get(root)?.slot
    this.#parameters.record({ type: 'finalized', timeMs, node, epoch, root, slot })
  }

  #onPeers({ node, timeMs, layer, peerIds }: NodeEvent & { topic: 'peers' }): void {
    const peers = this.#parameters.nameOf(layer, peerIds)
    const [key, text] = [`${layer} ${node}`, peers.join(' ')]
    if (this.#peers.get(key) === text) return
    this.#peers.set(key, text)
    this.#parameters.record({ type: 'peers', timeMs, node, layer, peers })
  }
}
