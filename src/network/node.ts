import { BeaconApi } from '../apis/beacon-api.ts'
import { ExecutionApi } from '../apis/execution-api.ts'
import type { FetchJson } from '../apis/http-json.ts'
import type { ClientInstance, CrashReport, StopOutcome } from '../clients/client-instance.ts'
import type { FaultCallOptions, FaultHandle } from '../faults/faults.ts'
import type { NodePlan, NodePorts } from '../plan/manifest.ts'
import { crashError } from './crash-error.ts'
import { StateError } from './errors.ts'
import type {
  ConsensusEndpoint,
  ExecutionEndpoint,
  NodeProcess,
  ValidatorKeystores,
} from './node-endpoints.ts'

export type NodeState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed'

export interface NodeParts {
  readonly plan: NodePlan
  readonly ports: NodePorts
  readonly jwtSecretFile: string
  readonly keystores?: ValidatorKeystores | undefined
  /** False when its last run, in an earlier life of the network, did not end by `stop`. */
  readonly wasStoppedCleanly: boolean
  readonly makeInstance: (
    layer: 'execution' | 'consensus',
    onCrash: (report: CrashReport) => void,
  ) => ClientInstance
  /** The way to the node's APIs, where it is not HTTP. */
  readonly fetch?: { readonly execution: FetchJson; readonly consensus: FetchJson } | undefined
  readonly onStateChange: (node: Node) => void
  /** Makes the node's clock wrong, where that can be. */
  readonly skewClock: (node: Node, skewMs: number, options: FaultCallOptions) => Promise<FaultHandle>
}

/**
 * An execution client, a consensus client and their validators.
 *
 * Start and stop may be called at any moment and in any state: a second start joins the first one, a stop
 * ends a start that is under way.
 */
export class Node {
  readonly name: string
  readonly plan: NodePlan
  readonly execution: ExecutionEndpoint
  readonly consensus: ConsensusEndpoint
  /** The validators' keys, where they are left to an external validator client. */
  readonly keystores: ValidatorKeystores | undefined
  /** @internal */
  readonly executionApi: ExecutionApi
  /** @internal */
  readonly beaconApi: BeaconApi
  /** The process that ended unasked, while the state is `failed`. */
  crash: CrashReport | undefined
  /** False while it runs, and after a crash or `kill` until it was started again. */
  isStoppedCleanly: boolean
  readonly #executionInstance: ClientInstance
  readonly #consensusInstance: ClientInstance
  readonly #onStateChange: (node: Node) => void
  readonly #skewClock: NodeParts['skewClock']
  #state: NodeState = 'stopped'
  #isKilled = false
  #isRetired = false
  #queue: Promise<unknown> = Promise.resolve()
  /** The start that was asked for last, while nothing else was asked for after it. */
  #joinableStart: Promise<void> | undefined
  /** All starts that were asked for and have not ended, in order: the first is the one under way. */
  readonly #starts = new Set<AbortController>()

  constructor(parts: NodeParts) {
    const { plan, ports, jwtSecretFile, makeInstance, onStateChange } = parts
    this.name = plan.name
    this.plan = plan
    this.execution = {
      client: plan.execution,
      rpcUrl: `http://127.0.0.1:${ports.executionRpc}`,
      wsUrl: `ws://127.0.0.1:${ports.executionRpc}`,
      engineUrl: `http://127.0.0.1:${ports.executionEngine}`,
      jwtSecretFile,
    }
    this.consensus = {
      client: plan.consensus,
      apiUrl: `http://127.0.0.1:${ports.consensusApi}`,
      peerId: plan.libp2p.peerId,
    }
    this.keystores = parts.keystores
    this.executionApi = new ExecutionApi(this.execution.rpcUrl, parts.fetch?.execution)
    this.beaconApi = new BeaconApi(this.consensus.apiUrl, parts.fetch?.consensus)
    this.isStoppedCleanly = parts.wasStoppedCleanly
    this.#executionInstance = makeInstance('execution', (report) => this.#onCrash(report))
    this.#consensusInstance = makeInstance('consensus', (report) => this.#onCrash(report))
    this.#onStateChange = onStateChange
    this.#skewClock = parts.skewClock
  }

  get state(): NodeState {
    return this.#state
  }

  /** Whether it was ended by `kill`, and not started since. */
  get isKilled(): boolean {
    return this.#isKilled
  }

  /** The processes that run now, in the order in which they were started. */
  get processes(): readonly NodeProcess[] {
    return [
      ...this.#executionInstance.processes.map((info) => ({ layer: 'execution' as const, ...info })),
      ...this.#consensusInstance.processes.map((info) => ({ layer: 'consensus' as const, ...info })),
    ]
  }

  /**
   * Starts the clients and resolves when their APIs answer. On data of an earlier run the node goes on from
   * there and catches up with its peers. A failed node is stopped first, a paused one is resumed.
   *
   * @throws {ProcessStartError} when a client does not start; the node is then stopped.
   * @throws {StateError} when it was stopped before it was up, or its network was stopped.
   */
  async start({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#isRetired) {
      throw new StateError(
        `Cannot start ${this.name}: its network was stopped, or it was removed from it.`,
        'Start the network again, or add a node.',
      )
    }
    if (this.#joinableStart !== undefined) return this.#joinableStart
    const abort = new AbortController()
    this.#starts.add(abort)
    const whole = signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal])
    const done = this.#enqueue(() => this.#startNow(whole)).finally(() => {
      this.#starts.delete(abort)
      if (this.#joinableStart === done) this.#joinableStart = undefined
    })
    this.#joinableStart = done
    return done
  }

  /** Stops the clients gracefully and resolves when their processes are gone. Their data stays. */
  async stop(): Promise<void> {
    this.#abandonStarts()
    await this.#enqueue(async () => {
      if (this.#state === 'stopped') return
      this.#setState('stopping')
      const outcome = await this.#stopInstances()
      this.isStoppedCleanly = outcome === 'graceful' && this.crash === undefined
      this.#setState('stopped')
    })
  }

  /** Stops and starts again, unless it is stopped meanwhile. */
  async restart(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    // Both are asked for now, so that a stop that comes later is the last word.
    await Promise.all([this.stop(), this.start(options)])
  }

  /** Stops it for good: its network ends, or it is removed. @internal */
  async retire(): Promise<void> {
    this.#isRetired = true
    await this.stop()
  }

  /** Ends the clients with SIGKILL, as a power cut would. Disposal of what it gives starts the node again. */
  async kill(): Promise<AsyncDisposable> {
    this.#abandonStarts()
    await this.#enqueue(async () => {
      await Promise.all([this.#consensusInstance.kill(), this.#executionInstance.kill()])
      // A node that was stopped before has lost nothing.
      if (this.#state !== 'stopped') this.#isKilled = true
      this.#setState('stopped')
    })
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#isKilled && !this.#isRetired) await this.start()
      },
    }
  }

  /** Freezes the clients (SIGSTOP) until `resume`, or disposal of what it gives. */
  async pause(): Promise<AsyncDisposable> {
    await this.#enqueue(async () => {
      if (this.#state === 'paused') return
      this.#demand('running', 'pause')
      this.#consensusInstance.pause()
      this.#executionInstance.pause()
      this.#setState('paused')
    })
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#state === 'paused') await this.resume()
      },
    }
  }

  async resume(): Promise<void> {
    await this.#enqueue(async () => {
      if (this.#state === 'running') return
      this.#demand('paused', 'resume')
      this.#resumeNow()
    })
  }

  /**
   * Puts the clock of an embedded node ahead by so many milliseconds, or behind when negative: it acts on its
   * slots too early or too late. Several skews add up.
   *
   * @throws {FaultError} for a node whose consensus client is a process: it reads the machine's clock.
   */
  async skewClock(skewMs: number, options: FaultCallOptions = {}): Promise<FaultHandle> {
    return this.#skewClock(this, skewMs, options)
  }

  async #startNow(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#state === 'running') return
    if (this.#state === 'paused') return this.#resumeNow()
    if (this.#state === 'failed') await this.#stopInstances()
    this.crash = undefined
    this.#setState('starting')
    try {
      // The consensus client redials its engine only after 15 s, so the engine must answer first.
      await this.#executionInstance.start(signal)
      this.isStoppedCleanly = false
      await this.#consensusInstance.start(signal)
      // The execution client may have crashed since it was up.
      signal.throwIfAborted()
      this.#isKilled = false
      this.#setState('running')
    } catch (error) {
      await this.#stopInstances()
      this.#setState('stopped')
      throw error
    }
  }

  async #stopInstances(): Promise<StopOutcome> {
    const outcomes = [await this.#consensusInstance.stop(), await this.#executionInstance.stop()]
    return outcomes.includes('forced') ? 'forced' : 'graceful'
  }

  #resumeNow(): void {
    this.#executionInstance.resume()
    this.#consensusInstance.resume()
    this.#setState('running')
  }

  #onCrash(report: CrashReport): void {
    this.crash = report
    const [current] = this.#starts
    if (this.#state === 'starting') current?.abort(crashError(report))
    else if (this.#state === 'running' || this.#state === 'paused') this.#setState('failed')
  }

  #abandonStarts(): void {
    const reason = new StateError(
      `${this.name} was stopped while it was starting.`,
      'Start it again if this was not meant.',
    )
    for (const start of this.#starts) start.abort(reason)
  }

  #demand(state: NodeState, action: string): void {
    if (this.#state === state) return
    throw new StateError(`Cannot ${action} ${this.name}: it is ${this.#state}.`, `It must be ${state}.`)
  }

  /** One transition at a time, in the order of the calls; a failed one does not hold up the next. */
  #enqueue<T>(transition: () => Promise<T>): Promise<T> {
    this.#joinableStart = undefined
    const result = this.#queue.then(transition, transition)
    this.#queue = result.catch(() => {})
    return result
  }

  #setState(state: NodeState): void {
    if (this.#state === state) return
    this.#state = state
    this.#onStateChange(this)
  }
}
