import { readFile } from 'node:fs/promises'
import type { NodeEventData } from '../../apis/node-event.ts'
import { messageOf } from '../../errors.ts'
import { forksOfChain } from '../../genesis/fork-epochs.ts'
import type { NodePlan } from '../../plan/manifest.ts'
import type { PeerEndpoint } from '../../plan/peer-endpoint.ts'
import type { BlockStore } from '../chain/block-store.ts'
import type { Clock } from '../clock/clock.ts'
import { NodeClock } from '../clock/node-clock.ts'
import { systemTimeMs } from '../clock/real-clock.ts'
import { type EngineFault, EngineFaults } from '../engine/engine-fault.ts'
import type { ExecutionEngine } from '../engine/execution-engine.ts'
import { FaultyEngine } from '../engine/faulty-engine.ts'
import { HttpEngine } from '../engine/http-engine.ts'
import { InProcessEngine } from '../engine/in-process-engine.ts'
import { RefillingEngine } from '../engine/refilling-engine.ts'
import type { Publisher } from '../production/publisher.ts'
import { Misbehaviours } from '../validator/misconduct/misbehaviours.ts'
import { ConsensusHalf } from './consensus-half.ts'
import { ExecutionHalf } from './execution-half.ts'
import type { Layer, LocalRequest, LocalResponse, NodeParameters } from './host-methods.ts'
import type { NetworkContext } from './network-context.ts'
import { NodeLog } from './node-log.ts'
import { refillExecution, restoreExecution } from './restore-execution.ts'

/** How long a beacon node waits for its execution client in real time, by the Engine API's specification. */
const enginePatienceMs = 8_000

/** Told that a layer has failed by itself; it is not running any more. */
export type OnNodeFailure = (layer: Layer, reason: string) => void

/**
 * The halves of a node that live in this thread: its execution client, its consensus client with the
 * validators, or both. The other half, where there is one, is a process.
 */
export class EmbeddedNode {
  readonly name: string
  readonly #context: NetworkContext
  readonly #onFailure: OnNodeFailure
  #parameters: NodeParameters
  readonly #log: NodeLog
  readonly #execution: ExecutionHalf
  readonly #consensus: ConsensusHalf
  /** These stay over stops too. */
  readonly misbehaviours = new Misbehaviours()
  readonly #engineFaults = new EngineFaults()
  #skewMs = 0
  /** The peers that were last told of, by layer. */
  readonly #toldPeers: { [layer in Layer]?: string | undefined } = {}

  /** @param publisherElsewhere that of another node, for misbehaving validators */
  constructor(
    context: NetworkContext,
    parameters: NodeParameters,
    onFailure: OnNodeFailure,
    publisherElsewhere: () => Publisher | undefined,
  ) {
    this.name = parameters.plan.name
    this.#context = context
    this.#parameters = parameters
    this.#onFailure = onFailure
    this.#log = new NodeLog(parameters.logFile, context.clock)
    this.#execution = new ExecutionHalf(this.#partsOf('execution'))
    this.#consensus = new ConsensusHalf({
      ...this.#partsOf('consensus'),
      connectEngine: async (store, clock) => this.#faultyEngine(await this.#connectEngine(store), clock),
      onOpen: (node) => {
        this.misbehaviours.follow(node.validators.conducts, node.misconductTools(publisherElsewhere))
      },
      emit: (event) => this.#emit(event),
    })
  }

  get plan(): NodePlan {
    return this.#parameters.plan
  }

  async start(layer: Layer, parameters: NodeParameters): Promise<void> {
    this.#parameters = parameters
    await this.#half(layer).start(parameters)
    this.#log.info(`${layer} client started`)
  }

  async stop(layer: Layer): Promise<void> {
    await this.#half(layer).stop()
    this.#log.info(`${layer} client stopped`)
  }

  async kill(layer: Layer): Promise<void> {
    if (layer === 'execution') await this.#execution.stop()
    else await this.#consensus.kill()
    this.#log.warn(`${layer} client killed`)
  }

  pause(layer: Layer): void {
    this.#half(layer).pause()
  }

  resume(layer: Layer): void {
    this.#half(layer).resume()
  }

  /** Neighbours have come or gone; those in this process are connected by the network. */
  async setPeers(peers: readonly PeerEndpoint[]): Promise<void> {
    this.#parameters = { ...this.#parameters, peers }
    await Promise.all([this.#execution.setPeers(peers), this.#consensus.setPeers(peers)])
  }

  setEngineFault(id: string, fault: EngineFault | undefined): void {
    this.#engineFaults.set(id, fault)
  }

  /** Where its beacon node publishes messages; undefined while it does not run. */
  get publisher(): Publisher | undefined {
    return this.#consensus.node?.gossip
  }

  /** By how much its clocks are ahead, now and after later starts; negative when behind. */
  setClockSkew(skewMs: number): void {
    if (skewMs === this.#skewMs) return
    this.#skewMs = skewMs
    for (const clock of [this.#execution.clock, this.#consensus.clock]) {
      if (clock !== undefined) clock.skewMs = skewMs
    }
    this.#log.warn('the clock was set', { skewMs })
  }

  async request(layer: Layer, request: LocalRequest): Promise<LocalResponse> {
    return this.#half(layer).request(request)
  }

  /** Tells of its connected peers. */
  samplePeers(): void {
    const peers = { consensus: this.#consensus.node?.peerIds, execution: this.#execution.peerIds }
    for (const layer of ['consensus', 'execution'] as const) {
      const peerIds = peers[layer]
      const text = peerIds?.join(' ')
      if (this.#toldPeers[layer] === text) continue
      this.#toldPeers[layer] = text
      if (peerIds !== undefined) this.#emit({ topic: 'peers', layer, peerIds })
    }
  }

  /** Tells of the payload that its head carries and of the execution client's head. */
  sampleExecution(): void {
    const head = this.#consensus.node?.chain.head
    const { data, isRunning } = this.#execution
    if (head === undefined || data === undefined || !isRunning || head.isOptimistic) return
    const executionHash = data.chain.head.record.hash
    const { slot, root: headRoot, executionBlockHash: payloadHash } = head
    this.#emit({ topic: 'execution', slot, headRoot, payloadHash, executionHash })
  }

  /** Ends both halves; the log is closed. */
  async close(): Promise<void> {
    await this.#consensus.stop()
    await this.#execution.stop()
    await this.#log.close()
  }

  /** An error that nobody has caught: the node cannot be trusted any more, so all of it ends. */
  fail(layer: Layer, error: unknown): void {
    if (!this.#execution.isRunning && !this.#consensus.isRunning) return
    this.#logDefect(layer, error)
    void this.#consensus.kill()
    void this.#execution.stop()
    this.#onFailure(layer, messageOf(error))
  }

  #half(layer: Layer): ExecutionHalf | ConsensusHalf {
    return layer === 'execution' ? this.#execution : this.#consensus
  }

  #partsOf(layer: Layer) {
    return {
      context: this.#context,
      log: this.#log,
      makeClock: () => {
        const onError = (error: unknown) => this.fail(layer, error)
        return new NodeClock({ clock: this.#context.clock, skewMs: this.#skewMs, onError })
      },
      onDefect: (error: unknown) => this.#logDefect(layer, error),
    }
  }

  async #connectEngine(store: BlockStore): Promise<ExecutionEngine> {
    const { layers, ports, jwtSecretFile } = this.#parameters
    const { manifest, protocol, payloads } = this.#context
    if (!layers.includes('execution')) {
      const jwtSecret = Buffer.from((await readFile(jwtSecretFile, 'utf8')).trim(), 'hex')
      const url = `http://127.0.0.1:${ports.executionEngine}`
      const other = new HttpEngine({ url, jwtSecret, wallClock: systemTimeMs })
      await other.requireMethods(forksOfChain(manifest.chain.forks))
      const engine = new RefillingEngine(other, async (root) => {
        const bytes = await store.getBlock(root)
        return bytes && protocol.decodeBlock(bytes)
      })
      await refillExecution({ store, protocol, engine })
      return engine
    }
    const { data: node } = this.#execution
    if (node === undefined) throw new Error('the execution client must be started first')
    const engine = new InProcessEngine({ node, payloads })
    await restoreExecution({ store, protocol, engine, node })
    return engine
  }

  #faultyEngine(engine: ExecutionEngine, clock: Clock): ExecutionEngine {
    const patienceMs = this.#context.manifest.time === 'virtual' ? 0 : enginePatienceMs
    return new FaultyEngine({ engine, faults: this.#engineFaults, clock, patienceMs })
  }

  #emit(event: NodeEventData): void {
    const { clock, events } = this.#context
    events.add({ node: this.name, timeMs: clock.nowMs, ...event })
  }

  #logDefect(layer: Layer, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined
    this.#log.error(`${layer} client: ${messageOf(error)}`, { stack: JSON.stringify(stack) })
  }
}
