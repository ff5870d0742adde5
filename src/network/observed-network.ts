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

export interface CheckOptions extends CheckBounds {
  readonly signal?: AbortSignal | undefined
}

/** What can be read of a running network, and waited for. Nothing here changes what happens on it. */
export abstract class ObservedNetwork {
  protected readonly host: NetworkHost
  /** Ends whatever waits for the network. */
  protected readonly stopping = new AbortController()

  /** @internal */
  constructor(host: NetworkHost) {
    this.host = host
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
    return this.host.manifest
  }

  get chain(): ChainPlan {
    return this.manifest.chain
  }

  /** Where the network keeps its files and logs. */
  get directory(): string {
    return this.host.directory.path
  }

  /** Unix time of genesis, seconds. */
  get genesisTime(): number {
    return this.host.genesisTime
  }

  /** What has happened so far: recorded in `history.jsonl` in the network's directory. */
  get history(): History {
    return this.host.history
  }

  get nodes(): readonly Node[] {
    return this.host.nodes
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
    return peersOf(this.host, options.signal)
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
    await this.#clock.sleep(slots * this.chain.slotDurationMs, this.untilStopped(signal))
  }

  /**
   * SHA-256 over every block, head, vote and finality event of the embedded nodes so far, with its time. In
   * virtual time the same options and seed give the same digest.
   *
   * @throws {StateError} for a network without embedded nodes.
   */
  async digest(): Promise<string> {
    const { embedded } = this.host
    if (embedded !== undefined) return embedded.digest()
    throw new StateError('Cannot digest: there are no embedded nodes.', 'Only they record their history.')
  }

  /** Resolves when this many slots have gone by, by the clock. */
  async waitForSlots(count: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#clock.until(this.currentSlot + count, this.untilStopped(signal))
  }

  /**
   * Resolves when every running node's head is at this slot or later.
   *
   * @param options - `withinSlots`: by default the slots until then and two epochs more
   * @throws {WaitTimeoutError} with each node's view and what the doctor says
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
   * @throws {WaitTimeoutError} with each node's view and what the doctor says
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
   * @throws {WaitTimeoutError} with each node's view and what the doctor says
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
   * few seconds at most, also when clients hang, and rejects only when the signal is aborted. The causes are in
   * `docs/doctor.md`.
   *
   * @example
   * const { healthy, cause, summary } = await network.diagnose()
   */
  diagnose({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<Diagnosis> {
    return diagnoseNetwork(this.host, signal)
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
  async check({ signal, ...bounds }: CheckOptions = {}): Promise<readonly CheckResult[]> {
    signal?.throwIfAborted()
    const checked = checkBoundsSchema.safeParse(bounds)
    if (!checked.success) throw optionErrorFrom(checked.error, bounds)
    const isDefault = Object.values(checked.data).every((bound) => bound === undefined)
    if (isDefault) return this.host.recorder.checkers.results()
    return checkHistory(this.host.history.read(), checked.data, { isLastRunOnly: true, signal })
  }

  /**
   * Resolves when no checker has failed.
   *
   * @throws {UnhealthyError} with the evidence.
   * @throws {OptionError} for a bound that is none.
   */
  async expectHealthy(options: CheckOptions = {}): Promise<void> {
    const results = await this.check(options)
    if (!results.some(({ verdict }) => verdict === 'fail')) return
    throw new UnhealthyError(results, { seed: this.seed, path: this.history.path })
  }

  /** One report a slot, near its end, until the signal or the end of the network. */
  slots(options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<SlotReport> {
    return watchSlots(this.host, this.untilStopped(options.signal))
  }

  get #clock(): SlotClock {
    return this.host.clock
  }

  /** Aborted by the caller's signal, and by the end of the network. */
  protected untilStopped(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.stopping.signal : AbortSignal.any([signal, this.stopping.signal])
  }

  /** Asks all running nodes a few times a slot until their views satisfy the condition. */
  async #waitUntil(
    expected: string,
    { withinSlots, signal }: WaitOptions & { withinSlots: number },
    isMet: (views: readonly NodeView[], signal: AbortSignal) => boolean | Promise<boolean>,
  ): Promise<void> {
    const whole = this.untilStopped(signal)
    const lastSlot = this.currentSlot + withinSlots
    for (;;) {
      const running = this.nodes.filter((node) => node.state === 'running')
      const views = await viewsOf(running, whole)
      // Nodes that were stopped with the network are no reason to give up: its end is.
      whole.throwIfAborted()
      if (views.length > 0 && (await isMet(views, whole))) return
      if (this.currentSlot > lastSlot || running.length === 0) {
        const [all, diagnosis] = await Promise.all([
          this.views({ signal: whole }),
          this.diagnose({ signal: whole }),
        ])
        throw new WaitTimeoutError({ expected, slots: withinSlots, views: all, diagnosis, seed: this.seed })
      }
      await this.#clock.pause(whole)
    }
  }
}
