import type { NodeEvent, NodeEventData } from '../apis/node-event.ts'
import { clientNamed } from '../clients/registry.ts'
import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import { Checkers } from '../observe/checkers/checkers.ts'
import { FaultLog } from '../observe/fault-log.ts'
import type { History } from '../observe/history.ts'
import { type HistoryRecord, historyFormatVersion } from '../observe/history-record.ts'
import { Recorder } from '../observe/record/recorder.ts'
import { BlockHeaders } from '../observe/sources/block-headers.ts'
import { NodeFollower } from '../observe/sources/node-follower.ts'
import { SlotProbes } from '../observe/sources/slot-probes.ts'
import { packageVersion } from '../package-version.ts'
import type { Manifest, NodePlan } from '../plan/manifest.ts'
import { lastLogLines } from '../processes/log-tail.ts'
import { holderOf } from './holder-of.ts'
import type { Node } from './node.ts'
import { peerNames } from './peers.ts'
import type { SlotClock } from './slot-clock.ts'

/** What a recorder needs of the network. */
export interface RecordedNetwork {
  readonly manifest: Manifest
  readonly clock: SlotClock
  readonly embedded: EmbeddedNetwork | undefined
  readonly nodes: readonly Node[]
  readonly history: History
}

const crashLines = 8

/**
 * Writes a network's history while it runs: what its nodes tell, embedded ones from their thread and others by
 * their APIs, and what happens to them.
 */
export class NetworkRecorder {
  readonly #network: RecordedNetwork
  readonly #recorder: Recorder
  readonly #checkers = new Checkers()
  readonly #faults = new FaultLog()
  readonly #followers = new Map<string, NodeFollower>()
  readonly #headers = new BlockHeaders()
  readonly #probes: SlotProbes
  readonly #ending = new AbortController()
  #slots: Promise<void> = Promise.resolve()

  constructor(network: RecordedNetwork) {
    const { clock } = network
    const { genesisTimeMs, slotDurationMs, slotsPerEpoch } = clock
    this.#network = network
    this.#recorder = new Recorder({
      genesisTimeMs,
      slotDurationMs,
      slotsPerEpoch,
      firstSlot: Math.max(0, clock.currentSlot),
      record: (record) => this.#record(record),
      holderOf: (validator) => holderOf(validator, network.manifest),
      nameOf: (layer, ids) => peerNames(layer, ids, network.manifest),
    })
    this.#probes = new SlotProbes({ slotsPerEpoch, emit: (node, event) => this.#emit(node, event) })
  }

  /** What the checkers make of it so far, with their default bounds. */
  get checkers(): Checkers {
    return this.#checkers
  }

  /** The faults of this run. */
  get faults(): FaultLog {
    return this.#faults
  }

  /** Begins the history of this run. */
  start(): void {
    const { manifest, clock, embedded, history } = this.#network
    history.open()
    this.add(runRecord(manifest, clock))
    embedded?.follow(({ events, timeMs }) => {
      for (const event of events) this.#recorder.onEvent(event)
      // Virtual time moves with the thread alone.
      if (manifest.time === 'virtual') this.#recorder.onTime(timeMs)
    })
    if (manifest.time === 'real') this.#slots = this.#watchSlots(this.#ending.signal)
  }

  /** Adds a record that others make. */
  add(record: HistoryRecord): void {
    this.#recorder.add(record)
  }

  onStateChange(node: Node): void {
    this.add({ type: 'node', timeMs: this.#nowMs, node: node.name, state: node.state, crash: crashOf(node) })
    if (!isProcess('consensus', node.plan)) return
    if (node.state === 'running') this.#followerOf(node).start()
    else if (node.state !== 'paused') void this.#followers.get(node.name)?.stop()
  }

  onAdded(plan: NodePlan, peers: readonly string[]): void {
    const { name: node, execution, consensus, validators } = plan
    const described = { name: node, execution, consensus, validators, peers }
    this.add({ type: 'node', timeMs: this.#nowMs, node, state: 'added', plan: described })
  }

  onRemoved(node: string): void {
    void this.#followers.get(node)?.stop()
    this.#followers.delete(node)
    this.add({ type: 'node', timeMs: this.#nowMs, node, state: 'removed' })
  }

  onNetworkState(state: 'ready' | 'stopping'): void {
    this.add({ type: 'network', timeMs: this.#nowMs, state })
  }

  /** Ends the following, and the file. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#slots
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()))
    this.#network.history.close()
  }

  get #nowMs(): number {
    return this.#network.clock.nowMs
  }

  #record(record: HistoryRecord): void {
    const { history } = this.#network
    history.record(record)
    this.#faults.add(record)
    for (const change of this.#checkers.add(record)) {
      history.record({ type: 'check', timeMs: record.timeMs, ...change })
    }
  }

  #emit(node: string, event: NodeEventData): void {
    this.#recorder.onEvent({ node, timeMs: this.#nowMs, ...event })
  }

  #followerOf({ name: node, beaconApi: api }: Node): NodeFollower {
    const known = this.#followers.get(node)
    if (known !== undefined) return known
    const follower = new NodeFollower({
      node,
      api,
      headers: this.#headers,
      now: () => this.#nowMs,
      firstSlot: Math.max(0, this.#network.clock.currentSlot),
      emit: (event: NodeEvent) => this.#recorder.onEvent(event),
    })
    this.#followers.set(node, follower)
    return follower
  }

  /** In real time: records each slot near its end, and asks what no event tells. */
  async #watchSlots(signal: AbortSignal): Promise<void> {
    const { clock } = this.#network
    try {
      while (!signal.aborted) {
        await clock.sleep(Math.max(0, this.#recorder.nextSlotDueMs - clock.nowMs), signal)
        const slot = clock.currentSlot
        this.#recorder.onTime(clock.nowMs)
        await this.#probes.ask(this.#probed(), { slot, signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Slot of the head that a node last told of, while it runs. */
  headSlotOf(node: string): number | undefined {
    return this.#recorder.headSlotOf(node)
  }

  /** What must be asked of which node: embedded layers tell it themselves. */
  #probed() {
    const running = this.#network.nodes.filter(({ state }) => state === 'running')
    return running.flatMap((node) => {
      const layers = (['execution', 'consensus'] as const).filter((layer) => isProcess(layer, node.plan))
      const { name, beaconApi, executionApi } = node
      const headRoot = this.#recorder.headOf(name)
      return layers.length === 0 ? [] : [{ name, beaconApi, executionApi, layers, headRoot }]
    })
  }
}

function isProcess(layer: 'execution' | 'consensus', plan: NodePlan): boolean {
  return clientNamed(layer, plan[layer]).kind === 'process'
}

function runRecord(manifest: Manifest, clock: SlotClock): HistoryRecord {
  const { name, seed, time, chain, validators, nodes, edges } = manifest
  const { chainId, preset, slotDurationMs, slotsPerEpoch, forks } = chain
  return {
    type: 'run',
    timeMs: clock.nowMs,
    formatVersion: historyFormatVersion,
    version: packageVersion(),
    network: name,
    seed,
    time,
    genesisTimeMs: clock.genesisTimeMs,
    chain: { chainId, preset, slotDurationMs, slotsPerEpoch, forks: { ...forks } },
    validators: validators.count,
    // Nothing else of the plan: it has private keys, and what is written here may be shown to others.
    nodes: nodes.map(({ name, execution, consensus, validators: { first, count } }) => {
      return { name, execution, consensus, validators: { first, count } }
    }),
    edges: edges.map(({ a, b }) => ({ a, b })),
  }
}

function crashOf({ state, crash }: Node) {
  if (state !== 'failed' || crash === undefined) return undefined
  const { title, reason, logFile } = crash
  return { title, reason, logFile, lastLines: lastLogLines(logFile, crashLines) }
}
