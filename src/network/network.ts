import type { EngineFault } from '../embedded/engine/engine-fault.ts'
import type { StakeSelection } from '../faults/by-stake.ts'
import type { NodeGroup } from '../faults/checked-groups.ts'
import type { Fault } from '../faults/fault.ts'
import { bridgeOf, isolateOf, type LayerOptions, partitionOf } from '../faults/fault-specs.ts'
import type { FaultCallOptions, FaultHandle } from '../faults/faults.ts'
import type { MisbehaveOptions } from '../faults/misbehaviour/misbehave-options.ts'
import type { MisconductHandle, MisconductInForce } from '../faults/misbehaviour/misconduct.ts'
import { NetworkLink } from '../faults/network-link.ts'
import { type ReorgOptions, type ReorgProof, reorg } from '../faults/on-demand/reorg.ts'
import { type SlashOptions, type SlashProof, slash } from '../faults/on-demand/slash.ts'
import {
  type StallFinalityOptions,
  type StallProof,
  stallFinality,
} from '../faults/on-demand/stall-finality.ts'
import { type CheckBounds, checkBoundsSchema } from '../observe/checkers/check-bounds.ts'
import type { CheckResult } from '../observe/checkers/check-result.ts'
import { checkHistory } from '../observe/checkers/checkers.ts'
import type { Diagnosis } from '../observe/doctor/diagnosis.ts'
import { diagnoseNetwork } from '../observe/doctor/doctor.ts'
import { UnhealthyError } from '../observe/errors.ts'
import type { History } from '../observe/history.ts'
import type { AccountPlan, ChainPlan, Manifest } from '../plan/manifest.ts'
import { nearestOf } from '../plan/nearest.ts'
import { OptionError } from '../plan/option-error.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import { optionErrorFrom } from '../plan/schema-issue.ts'
import { assertConsensus, haveConsensus } from './assert-consensus.ts'
import { type NodeView, StateError, UnknownNodeError, WaitTimeoutError } from './errors.ts'
import type { NetworkHost } from './network-host.ts'
import type { Node } from './node.ts'
import { type NodePeers, peersOf } from './peers.ts'
import type { SlotClock } from './slot-clock.ts'
import { type SlotReport, watchSlots } from './slot-report.ts'
import { viewsOf } from './views.ts'

export interface WaitOptions {
  /** Slots after which the wait fails. Each method says its own default. */
  readonly withinSlots?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A running network. Made by `startNetwork`; `stop` or disposal ends every process of it.
 *
 * @example
 * await using network = await startNetwork({ nodes: 4 })
 * await network.waitForFinalizedEpoch(2)
 * await network.assertConsensus()
 */
export class Network implements AsyncDisposable {
  readonly #host: NetworkHost
  readonly #stopping = new AbortController()
  #stopped: Promise<void> | undefined

  /** @internal */
  constructor(host: NetworkHost) {
    this.#host = host
  }

  get name(): string {
    return this.manifest.name
  }

  /** What keys and random choices were derived from. */
  get seed(): number {
    return this.manifest.seed
  }

  /** The plan as it is now, added and removed nodes included. */
  get manifest(): Manifest {
    return this.#host.manifest
  }

  get chain(): ChainPlan {
    return this.manifest.chain
  }

  /** Where the network keeps its files and logs. */
  get directory(): string {
    return this.#host.directory.path
  }

  /** Unix time of genesis, seconds. */
  get genesisTime(): number {
    return this.#host.genesisTime
  }

  /** What has happened so far: recorded in `history.jsonl` in the network's directory. */
  get history(): History {
    return this.#host.history
  }

  get nodes(): readonly Node[] {
    return this.#host.nodes
  }

  /** Prefunded accounts of the execution layer. */
  get accounts(): readonly AccountPlan[] {
    return this.manifest.accounts
  }

  /** Slot by the network's clock; negative before genesis. */
  get currentSlot(): number {
    return this.#clock.currentSlot
  }

  get currentEpoch(): number {
    return this.#clock.epochOf(this.currentSlot)
  }

  /** Number of validators on each node, by name. */
  get validatorDistribution(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.manifest.nodes.map(({ name, validators }) => [name, validators.count]))
  }

  /** @throws {UnknownNodeError} */
  node(name: string): Node {
    const node = this.nodes.find((one) => one.name === name)
    if (node !== undefined) return node
    const known = this.nodes.map((one) => one.name)
    throw new UnknownNodeError(name, known, nearestOf(name, known))
  }

  /** Connected peers of every running node, on both layers, by name. */
  peers(options: { signal?: AbortSignal | undefined } = {}): Promise<NodePeers[]> {
    return peersOf(this.#host, options.signal)
  }

  /** What every node says of the chain now. */
  views(options: { signal?: AbortSignal | undefined } = {}): Promise<NodeView[]> {
    return viewsOf(this.nodes, options.signal)
  }

  /**
   * Moves virtual time on, and resolves when everything that happens until then has happened.
   *
   * @throws {StateError} in real time, which goes by itself.
   * @throws {OptionError} for a number of slots that is none.
   */
  async advance(
    { slots }: { slots: number },
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    if (this.manifest.time === 'real') {
      throw new StateError(
        'Cannot advance: the network runs in real time.',
        "Start it with `time: 'virtual'`, or wait with `waitForSlots`.",
      )
    }
    if (!Number.isFinite(slots) || slots < 0) {
      throw new OptionError({ field: 'slots', given: slots, allowed: 'a number, 0 or more' })
    }
    await this.#clock.sleep(slots * this.chain.slotDurationMs, this.#signal(signal))
  }

  /**
   * SHA-256 over every block, head, vote and finality event of the embedded nodes so far, with its time. In
   * virtual time the same options and seed give the same digest.
   *
   * @throws {StateError} for a network without embedded nodes.
   */
  async digest(): Promise<string> {
    const { embedded } = this.#host
    if (embedded !== undefined) return embedded.digest()
    throw new StateError('Cannot digest: there are no embedded nodes.', 'Only they record their history.')
  }

  /** Resolves when this many slots have gone by, by the clock. */
  async waitForSlots(count: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#clock.until(this.currentSlot + count, this.#signal(signal))
  }

  /**
   * Resolves when every running node's head is at this slot or later.
   *
   * @param options - `withinSlots`: by default the slots until then and two epochs more
   * @throws {WaitTimeoutError} with each node's view
   */
  async waitForHead(slot: number, options: WaitOptions = {}): Promise<void> {
    const withinSlots =
      options.withinSlots ?? Math.max(0, slot - this.currentSlot) + 2 * this.chain.slotsPerEpoch
    await this.#waitUntil(`a head at slot ${slot} on every node`, { ...options, withinSlots }, (views) => {
      return views.every(({ headSlot }) => headSlot !== undefined && headSlot >= slot)
    })
  }

  /**
   * Resolves when every running node has finalized this epoch or a later one.
   *
   * @param options - `withinSlots`: by default the slots until finality is due (two epochs after the end
   *   of the epoch, by the specification) and three epochs more
   * @throws {WaitTimeoutError} with each node's view
   */
  async waitForFinalizedEpoch(epoch: number, options: WaitOptions = {}): Promise<void> {
    const { slotsPerEpoch } = this.chain
    const due = (epoch + 2) * slotsPerEpoch - this.currentSlot
    const withinSlots = options.withinSlots ?? Math.max(0, due) + 3 * slotsPerEpoch
    await this.#waitUntil(`finalized epoch ${epoch} on every node`, { ...options, withinSlots }, (views) => {
      return views.every(({ finalizedEpoch }) => finalizedEpoch !== undefined && finalizedEpoch >= epoch)
    })
  }

  /**
   * Resolves when all running nodes share one chain, as `assertConsensus` checks it.
   *
   * @param options - `withinSlots`: by default three epochs
   * @throws {WaitTimeoutError} with each node's view
   */
  async waitForConsensus(options: WaitOptions = {}): Promise<void> {
    const withinSlots = options.withinSlots ?? 3 * this.chain.slotsPerEpoch
    await this.#waitUntil('one head on every node', { ...options, withinSlots }, (_, signal) => {
      return haveConsensus(this.nodes, { seed: this.seed, signal })
    })
  }

  /**
   * Checks that all running nodes share one chain, by block roots.
   *
   * @throws {ConsensusError} with each node's view
   */
  assertConsensus(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    return assertConsensus(this.nodes, { seed: this.seed, signal: options.signal })
  }

  /**
   * Says what is wrong with the network, or that it is healthy: one cause, its evidence, and what to do. Takes a
   * few seconds at most, also when clients hang. The causes are in `docs/doctor.md`.
   *
   * @example
   * const { healthy, cause, summary } = await network.diagnose()
   */
  diagnose(): Promise<Diagnosis> {
    return diagnoseNetwork(this.#host)
  }

  /**
   * What the checkers make of this run so far: safety, liveness and performance, each `pass`, `fail` or `unknown`
   * with its evidence. Without bounds of your own it costs nothing; with them the history is read again.
   *
   * @throws {OptionError} for a bound that is none.
   *
   * @example
   * const results = await network.check({ targetShareMin: 0.99 })
   */
  async check(bounds?: CheckBounds): Promise<readonly CheckResult[]> {
    if (bounds === undefined) return this.#host.recorder.checkers.results()
    const checked = checkBoundsSchema.safeParse(bounds)
    if (!checked.success) throw optionErrorFrom(checked.error, bounds)
    return checkHistory(this.#host.history.read(), checked.data, { isLastRunOnly: true })
  }

  /**
   * Resolves when no checker has failed.
   *
   * @throws {UnhealthyError} with the evidence.
   * @throws {OptionError} for a bound that is none.
   */
  async expectHealthy(bounds?: CheckBounds): Promise<void> {
    const results = await this.check(bounds)
    if (!results.some(({ verdict }) => verdict === 'fail')) return
    throw new UnhealthyError(results, { seed: this.seed, path: this.history.path })
  }

  /** One report a slot, near its end, until the signal or the end of the network. */
  slots(options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<SlotReport> {
    return watchSlots(this.#host, this.#signal(options.signal))
  }

  /**
   * Adds a node without validators and resolves when its APIs answer; it syncs from its peers.
   *
   * @example
   * const late = await network.addNode({ peers: ['node-0', 'node-1'] })
   */
  async addNode(
    options: AddedNodeOptions = {},
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<Node> {
    this.#demandRunning('add a node')
    return this.#host.addNode(options, this.#signal(signal))
  }

  /**
   * Stops a node for good and deletes its data. Its validators stay on the chain, offline. No other node
   * changes.
   *
   * @throws {UnknownNodeError}
   */
  async removeNode(name: string): Promise<void> {
    this.#demandRunning('remove a node')
    await this.#host.removeNode(this.node(name))
  }

  /** The faults in force, in the order in which they began. */
  faults(): readonly Fault[] {
    return this.#host.faults.inForce
  }

  /**
   * Keeps groups of nodes apart. Nodes that no group names form a further group; so do nodes that are added
   * meanwhile. Like all faults it resolves when it was observed: here, when no node lists a peer of another
   * group. Disposal heals this fault and no other, and resolves when the peers are back.
   *
   * @param groups names, or a choice by stake, whose nodes are kept apart from all others
   * @throws {FaultError} for overlapping or empty groups, and when it is not observed in time.
   * @throws {UnknownNodeError}
   *
   * @example
   * await using cut = await network.partition([['node-0', 'node-1'], ['node-2', 'node-3']])
   * @example
   * await using cut = await network.partition(byStake({ minority: 1 / 3 }))
   */
  async partition(
    groups: readonly NodeGroup[] | StakeSelection,
    options: LayerOptions & FaultCallOptions = {},
  ): Promise<FaultHandle> {
    this.#demandRunning('partition it')
    return this.#host.faults.begin(partitionOf(this.manifest, groups, options), options)
  }

  /** Cuts all links of a node. @throws {FaultError} @throws {UnknownNodeError} */
  async isolate(node: string, options: LayerOptions & FaultCallOptions = {}): Promise<FaultHandle> {
    this.#demandRunning('isolate a node')
    return this.#host.faults.begin(isolateOf(this.manifest, node, options), options)
  }

  /**
   * Keeps two groups apart but for one node, which stays connected with both. Nodes that are in neither form a
   * further group, joined by the same node.
   *
   * @throws {FaultError} also when that node has no link with one of the groups.
   * @throws {UnknownNodeError}
   */
  async bridge(
    a: NodeGroup,
    b: NodeGroup,
    { via, ...options }: LayerOptions & FaultCallOptions & { readonly via: string },
  ): Promise<FaultHandle> {
    this.#demandRunning('build a bridge')
    return this.#host.faults.begin(bridgeOf(this.manifest, [a, b], { via, ...options }), options)
  }

  /** The declared connection between two nodes. @throws {FaultError} when there is none. */
  link(a: string, b: string): NetworkLink {
    return new NetworkLink({ a, b }, this.#host.faults, () => this.manifest)
  }

  /**
   * Ends all faults of links, or one fault of any kind by its id: a killed node is started, a paused one
   * resumed. Resolves when the peers are connected again; at once when there is nothing to heal.
   *
   * @throws {FaultError} when they are not in time; the links are healed all the same.
   */
  async heal(options: FaultCallOptions & { readonly fault?: string | undefined } = {}): Promise<void> {
    this.#demandRunning('heal it')
    await this.#host.faults.heal(options)
  }

  /**
   * Has validators misbehave, from their next duty on, until disposal of what it gives, or the slot `until`.
   * Embedded validators do all deeds; those of a client in processes what its remote signer can.
   *
   * @throws {OptionError} for a deed or validator that there is not.
   * @throws {UnknownNodeError}
   * @throws {FaultError} for a client that takes no orders.
   *
   * @example
   * await using late = await network.misbehave({ node: 'node-3', deed: { kind: 'late-block', byMs: 1_500 } })
   */
  async misbehave(options: MisbehaveOptions): Promise<MisconductHandle> {
    this.#demandRunning('have validators misbehave')
    return this.#host.misconduct.misbehave(options)
  }

  /**
   * Has a node's execution client answer its consensus client wrongly, late or not at all, until disposal of
   * what it gives.
   *
   * @throws {OptionError} for a fault that there is not.
   * @throws {UnknownNodeError}
   * @throws {FaultError} for what cannot be done, such as slowness in virtual time.
   *
   * @example
   * await using syncing = await network.engineFault('node-1', { kind: 'syncing' })
   */
  async engineFault(node: string, fault: EngineFault): Promise<MisconductHandle> {
    this.#demandRunning('disturb an execution client')
    return this.#host.misconduct.engineFault(node, fault)
  }

  /** The misbehaviours and engine faults in force, in the order in which they began. */
  misconduct(): readonly MisconductInForce[] {
    return this.#host.misconduct.inForce
  }

  /** Ends one misbehaviour or engine fault, or all. @returns the ids of those ended @throws {FaultError} */
  behave(options: { readonly id?: string | undefined } = {}): Promise<readonly string[]> {
    return this.#host.misconduct.behave(options)
  }

  /**
   * Brings a reorg of the head about, so many slots deep, and resolves when it was observed: nodes with a
   * minority of the stake are cut off at such a moment that they build a branch of that depth, and lose it when
   * they are connected again. Exactly so deep in virtual time, at least so deep in real time.
   *
   * @throws {OptionError} for a depth that cannot be reached, an epoch at most.
   * @throws {FaultError} where nobody can be cut off, and when it is not observed in time. Nothing stays cut.
   *
   * @example
   * const { oldHead, newHead, nodes } = await network.reorg({ depth: 3 })
   */
  async reorg(options: ReorgOptions): Promise<ReorgProof> {
    this.#demandRunning('reorg it')
    return reorg(this.#host, { ...options, signal: this.#signal(options.signal) })
  }

  /**
   * Keeps the chain from finalizing for so many whole epochs, and resolves when a fresh epoch has been
   * finalized on every node after that.
   *
   * @throws {OptionError}
   * @throws {FaultError} where it cannot be done, and when it is not observed in time. All votes again then.
   */
  async stallFinality(options: StallFinalityOptions): Promise<StallProof> {
    this.#demandRunning('stall its finality')
    return stallFinality(this.#host, { ...options, signal: this.#signal(options.signal) })
  }

  /**
   * Has a validator slashed, and resolves when every running node has it slashed. This cannot be undone.
   *
   * @throws {OptionError} for a validator that there is not.
   * @throws {FaultError} for one that is slashed already, and when it is not observed in time.
   */
  async slash(validator: number, options: SlashOptions = {}): Promise<SlashProof> {
    this.#demandRunning('slash a validator')
    return slash(this.#host, validator, { ...options, signal: this.#signal(options.signal) })
  }

  /**
   * Stops every node. May be called at any time and more than once. A directory that was given stays, and
   * `startNetwork` with it continues the chain; a temporary one is deleted.
   */
  stop(): Promise<void> {
    this.#stopping.abort(new StateError(`The network ${this.name} was stopped.`, 'Start it again to go on.'))
    this.#stopped ??= this.#host.close()
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  get #clock(): SlotClock {
    return this.#host.clock
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal])
  }

  #demandRunning(action: string): void {
    if (this.#stopped === undefined) return
    throw new StateError(
      `Cannot ${action}: the network ${this.name} was stopped.`,
      'Start it again to go on.',
    )
  }

  /** Asks all running nodes a few times a slot until their views satisfy the condition. */
  async #waitUntil(
    expected: string,
    { withinSlots, signal }: WaitOptions & { withinSlots: number },
    isMet: (views: readonly NodeView[], signal: AbortSignal) => boolean | Promise<boolean>,
  ): Promise<void> {
    const whole = this.#signal(signal)
    const lastSlot = this.currentSlot + withinSlots
    for (;;) {
      const running = this.nodes.filter((node) => node.state === 'running')
      const views = await viewsOf(running, whole)
      // Nodes that were stopped with the network are no reason to give up: its end is.
      whole.throwIfAborted()
      if (views.length > 0 && (await isMet(views, whole))) return
      if (this.currentSlot > lastSlot || running.length === 0) {
        const all = await this.views({ signal: whole })
        throw new WaitTimeoutError({ expected, slots: withinSlots, views: all, seed: this.seed })
      }
      await this.#clock.pause(whole)
    }
  }
}
