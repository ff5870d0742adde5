import { readFile } from 'node:fs/promises'
import type { Hono } from 'hono'
import { messageOf } from '../../errors.ts'
import type { NodePlan } from '../../plan/manifest.ts'
import { startBeaconApiServer } from '../api/beacon-api-server.ts'
import { BeaconNode } from '../beacon-node.ts'
import { NodeClock } from '../clock/node-clock.ts'
import { systemTimeMs } from '../clock/real-clock.ts'
import { InProcessEngine } from '../engine/in-process-engine.ts'
import { ExecutionNode } from '../execution/execution-node.ts'
import { ethMethods } from '../execution/rpc/eth-methods.ts'
import { RpcDispatcher } from '../execution/rpc/rpc-dispatcher.ts'
import { startEngineServer } from '../execution/server/engine-server.ts'
import { startHttpServer } from '../execution/server/http-server.ts'
import type { Layer, LocalRequest, LocalResponse, NodeParameters } from './host-methods.ts'
import type { NetworkContext } from './network-context.ts'
import { NodeLog } from './node-log.ts'
import { reportChain } from './report-chain.ts'
import { restoreExecution } from './restore-execution.ts'

/** One layer of a node while it runs. */
interface RunningExecution {
  readonly clock: NodeClock
  readonly dispatcher: RpcDispatcher
  readonly servers: readonly AsyncDisposable[]
}

interface RunningConsensus {
  readonly clock: NodeClock
  readonly node: BeaconNode
  readonly server: AsyncDisposable
}

/** Told that a layer has failed by itself; it is not running any more. */
export type OnNodeFailure = (layer: Layer, reason: string) => void

/** An execution client and a consensus client with their validators, in this thread. */
export class EmbeddedNode {
  readonly name: string
  readonly #context: NetworkContext
  readonly #onFailure: OnNodeFailure
  #parameters: NodeParameters
  readonly #log: NodeLog
  /** Stays over stops of the node, as a data directory would. */
  #chainData: ExecutionNode | undefined
  #execution: RunningExecution | undefined
  #consensus: RunningConsensus | undefined

  constructor(context: NetworkContext, parameters: NodeParameters, onFailure: OnNodeFailure) {
    this.name = parameters.plan.name
    this.#context = context
    this.#parameters = parameters
    this.#onFailure = onFailure
    this.#log = new NodeLog(parameters.logFile, context.clock)
  }

  get plan(): NodePlan {
    return this.#parameters.plan
  }

  async start(layer: Layer, parameters: NodeParameters): Promise<void> {
    this.#parameters = parameters
    if (layer === 'execution') await this.#startExecution()
    else await this.#startConsensus()
    this.#log.info(`${layer} client started`)
  }

  async stop(layer: Layer): Promise<void> {
    if (layer === 'execution') await this.#stopExecution()
    else await this.#stopConsensus()
    this.#log.info(`${layer} client stopped`)
  }

  async kill(layer: Layer): Promise<void> {
    if (layer === 'execution') await this.#stopExecution()
    else await this.#killConsensus()
    this.#log.warn(`${layer} client killed`)
  }

  pause(layer: Layer): void {
    this.#clockOf(layer)?.pause()
    if (layer === 'consensus') this.#context.links.mesh.pause(this.#parameters.plan.libp2p.peerId)
    else this.#context.executionLinks.mesh.pause(this.#parameters.plan.devp2p.nodeId)
  }

  resume(layer: Layer): void {
    this.#clockOf(layer)?.resume()
    if (layer === 'consensus') this.#context.links.mesh.resume(this.#parameters.plan.libp2p.peerId)
    else this.#context.executionLinks.mesh.resume(this.#parameters.plan.devp2p.nodeId)
  }

  async request(layer: Layer, { method, path, headers, body }: LocalRequest): Promise<LocalResponse> {
    if (layer === 'execution') {
      const answer = await this.#execution?.dispatcher.answer(body ?? '')
      return answer === undefined ? notRunning : { status: 200, body: answer }
    }
    const api: Hono | undefined = this.#consensus?.node.api
    if (api === undefined) return notRunning
    const response = await api.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
    return { status: response.status, body: await response.text() }
  }

  /** Ends both layers; the log is closed. */
  async close(): Promise<void> {
    await this.#stopConsensus()
    await this.#stopExecution()
    await this.#log.close()
  }

  #clockOf(layer: Layer): NodeClock | undefined {
    return layer === 'execution' ? this.#execution?.clock : this.#consensus?.clock
  }

  async #startExecution(): Promise<void> {
    const { execution: shared, executionLinks, version } = this.#context
    const { plan, ports, jwtSecretFile } = this.#parameters
    const clock = this.#makeClock('execution')
    this.#chainData ??= new ExecutionNode({ shared, now: () => this.#context.clock.nowMs })
    const node = this.#chainData
    const onDefect = (error: unknown) => this.#logDefect('execution', error)
    const peers = executionLinks.open(plan.devp2p.nodeId, node)
    const description = {
      clientVersion: version,
      id: plan.devp2p.nodeId,
      enode: peers.enode,
      peers: peers.list,
    }
    const jwtSecret = Buffer.from((await readFile(jwtSecretFile, 'utf8')).trim(), 'hex')
    const servers = await startAll([
      () => startHttpServer({ node, description, onDefect, port: ports.executionRpc }),
      () =>
        startEngineServer({
          node,
          description,
          onDefect,
          port: ports.executionEngine,
          jwtSecret,
          wallClock: systemTimeMs,
        }),
    ]).catch((error: unknown) => {
      executionLinks.close(plan.devp2p.nodeId)
      clock.close()
      throw error
    })
    const dispatcher = new RpcDispatcher(ethMethods(node, description), onDefect)
    this.#execution = { clock, dispatcher, servers }
  }

  async #stopExecution(): Promise<void> {
    const running = this.#execution
    this.#execution = undefined
    if (running === undefined) return
    running.clock.close()
    this.#context.executionLinks.close(this.#parameters.plan.devp2p.nodeId)
    await Promise.all(running.servers.map((server) => server[Symbol.asyncDispose]()))
  }

  async #startConsensus(): Promise<void> {
    const { manifest, protocol, time, payloads, links, stores, genesis, version, digest } = this.#context
    const { plan, ports } = this.#parameters
    if (this.#chainData === undefined) throw new Error('the execution client must be started first')
    const clock = this.#makeClock('consensus')
    const engine = new InProcessEngine({ node: this.#chainData, payloads })
    const store = stores.blocks(plan.name)
    await restoreExecution({ store, protocol, engine, node: this.#chainData })
    const node = await BeaconNode.open({
      plan,
      keys: manifest.validators.keys,
      protocol,
      time,
      clock,
      wire: links.wire(plan.libp2p.peerId),
      engine,
      store,
      protection: stores.protection(plan.name),
      genesis,
      version,
      observer: this.#context.observe(plan.name),
      onDutyFailure: ({ duty, slot, error }) => {
        this.#log.warn('a duty was not done', { duty, slot, reason: messageOf(error) })
      },
      onDefect: (error) => this.#logDefect('consensus', error),
    })
    reportChain(node, { log: this.#log, digest, clock, name: plan.name })
    const server = await startBeaconApiServer({ app: node.api, port: ports.consensusApi }).catch((error) => {
      node.halt()
      clock.close()
      throw error
    })
    this.#consensus = { clock, node, server }
    node.start()
  }

  #stopConsensus(): Promise<void> {
    return this.#endConsensus((node) => node.stop())
  }

  #killConsensus(): Promise<void> {
    return this.#endConsensus((node) => node.halt())
  }

  async #endConsensus(end: (node: BeaconNode) => void | Promise<void>): Promise<void> {
    const running = this.#consensus
    this.#consensus = undefined
    if (running === undefined) return
    await end(running.node)
    running.clock.close()
    await running.server[Symbol.asyncDispose]()
  }

  #makeClock(layer: Layer): NodeClock {
    return new NodeClock({ clock: this.#context.clock, onError: (error) => this.fail(layer, error) })
  }

  /** An error that nobody has caught: the node cannot be trusted any more, so all of it ends. */
  fail(layer: Layer, error: unknown): void {
    if (this.#execution === undefined && this.#consensus === undefined) return
    this.#logDefect(layer, error)
    void this.#killConsensus()
    void this.#stopExecution()
    this.#onFailure(layer, messageOf(error))
  }

  #logDefect(layer: Layer, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined
    this.#log.error(`${layer} client: ${messageOf(error)}`, { stack: JSON.stringify(stack) })
  }
}

const notRunning: LocalResponse = { status: 503, body: '{"code":503,"message":"The node does not run."}' }

/** Starts all or none. */
async function startAll(
  starts: readonly (() => Promise<AsyncDisposable>)[],
): Promise<readonly AsyncDisposable[]> {
  const settled = await Promise.allSettled(starts.map((start) => start()))
  const started = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed === undefined) return started
  await Promise.all(started.map((server) => server[Symbol.asyncDispose]()))
  throw failed.reason
}
