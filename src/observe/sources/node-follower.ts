import { setTimeout as delay } from 'node:timers/promises'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import { followedEventsPath, parseBeaconEvent } from '../../apis/beacon-events.ts'
import { openEventStream } from '../../apis/event-stream.ts'
import type { NodeEvent, NodeEventData, SeenBlock } from '../../apis/node-event.ts'
import type { BlockHeaders } from './block-headers.ts'

export interface NodeFollowerParameters {
  /** Name of the node. */
  readonly node: string
  readonly api: BeaconApi
  readonly headers: BlockHeaders
  /** Unix time on the network's clock. */
  readonly now: () => number
  /** Blocks of earlier slots are not asked for. */
  readonly firstSlot: number
  readonly emit: (event: NodeEvent) => void
}

const retryMs = 500
/** Blocks that are asked for one by one to fill a gap; a longer one is marked. */
const filledMax = 64
/** Roots that are remembered as told. */
const toldMax = 1_024

/**
 * Follows a node by the event stream of its Beacon API, and asks it for what the stream does not say: parents
 * and proposers of blocks, justification, and what happened while the stream was away.
 */
export class NodeFollower {
  readonly #parameters: NodeFollowerParameters
  /** Blocks that were told, oldest first. */
  readonly #told = new Set<string>()
  #running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined
  #lostAtMs: number | undefined

  constructor(parameters: NodeFollowerParameters) {
    this.#parameters = parameters
  }

  /** Follows the node until `stop`, across its restarts. */
  start(): void {
    if (this.#running !== undefined) return
    const abort = new AbortController()
    this.#running = { abort, done: this.#follow(abort.signal) }
  }

  async stop(): Promise<void> {
    this.#running?.abort.abort()
    await this.#running?.done
    this.#running = undefined
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#followOnce(signal).catch(() => {
        // No connection, or one that has ended: it is tried again, and what was missed is asked for.
      })
      this.#lostAtMs ??= this.#parameters.now()
      await delay(retryMs, undefined, { signal }).catch(() => {})
    }
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    const { api } = this.#parameters
    const events = await openEventStream(`${api.url}${followedEventsPath}`, signal)
    await this.#catchUp(signal)
    this.#lostAtMs = undefined
    for await (const event of events) {
      const known = parseBeaconEvent(event)
      if (known !== undefined) await this.#onEvent(known, signal)
    }
  }

  /** Tells where the node is, and what it came past while nobody listened. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const head = await this.#parameters.api.header('head', { signal })
    if (head !== undefined) await this.#onEvent({ topic: 'head', slot: head.slot, root: head.root }, signal)
  }

  async #onEvent(event: NodeEventData, signal: AbortSignal): Promise<void> {
    switch (event.topic) {
      case 'block':
        await this.#tellBlock(event, signal)
        break
      case 'head':
        await this.#fill(event.root, signal)
        this.#emit(event)
        await this.#tellFinality(signal)
        break
      default:
        this.#emit(event)
    }
  }

  async #tellBlock(block: SeenBlock, signal: AbortSignal): Promise<void> {
    if (this.#told.has(block.root)) return
    // A block that is not known yet is told all the same.
    const header = await this.#header(block.root, signal)
    this.#emitBlock(header ?? block)
  }

  /** Tells the block and those before it that were not told: from the oldest on. */
  async #fill(root: string, signal: AbortSignal): Promise<void> {
    const missing: SeenBlock[] = []
    let next: string | undefined = root
    while (next !== undefined && !this.#told.has(next)) {
      const block: SeenBlock | undefined = await this.#header(next, signal)
      if (block === undefined) break
      missing.push(block)
      next = block.slot > this.#parameters.firstSlot ? block.parentRoot : undefined
      if (missing.length === filledMax && next !== undefined && !this.#told.has(next)) {
        this.#emitGap(`blocks before slot ${block.slot} were not asked for`)
        break
      }
    }
    for (const block of missing.reverse()) this.#emitBlock(block)
  }

  /** The standard has no event for justification, and some clients tell of finality late. */
  async #tellFinality(signal: AbortSignal): Promise<void> {
    const options = { signal, timeoutMs: 5_000 }
    const { api } = this.#parameters
    const finality = await api.finalityCheckpoints('head', options).catch(() => undefined)
    if (finality === undefined) return
    this.#emit({ topic: 'justified_checkpoint', ...finality.currentJustified })
    this.#emit({ topic: 'finalized_checkpoint', ...finality.finalized })
  }

  #header(root: string, signal: AbortSignal) {
    return this.#parameters.headers.get(root, this.#parameters.api, signal)
  }

  #emitBlock(block: SeenBlock): void {
    const { root, slot, parentRoot, proposerIndex } = block
    this.#told.add(root)
    for (const oldest of this.#told) {
      if (this.#told.size <= toldMax) break
      this.#told.delete(oldest)
    }
    this.#emit({ topic: 'block', slot, root, parentRoot, proposerIndex })
  }

  #emitGap(reason: string): void {
    const fromMs = this.#lostAtMs ?? this.#parameters.now()
    this.#emit({ topic: 'gap', fromMs, reason })
  }

  #emit(event: NodeEventData): void {
    const { node, now, emit } = this.#parameters
    emit({ node, timeMs: now(), ...event })
  }
}
