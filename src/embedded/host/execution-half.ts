import { readFile } from 'node:fs/promises'
import { enodeUrl } from '../../plan/identity.ts'
import { overSockets, type PeerEndpoint } from '../../plan/peer-endpoint.ts'
import type { NodeClock } from '../clock/node-clock.ts'
import { systemTimeMs } from '../clock/real-clock.ts'
import { ExecutionNode } from '../execution/execution-node.ts'
import { ethMethods } from '../execution/rpc/eth-methods.ts'
import { RpcDispatcher } from '../execution/rpc/rpc-dispatcher.ts'
import { startEngineServer } from '../execution/server/engine-server.ts'
import { startHttpServer } from '../execution/server/http-server.ts'
import { openKeptNode } from '../execution/store/kept-node.ts'
import { ExecutionSockets } from './execution-sockets.ts'
import type { HalfParts } from './half-parts.ts'
import type { LocalRequest, LocalResponse, NodeParameters } from './host-methods.ts'
import { notRunning } from './not-running.ts'
import { reportDevp2p } from './report-wire.ts'

interface RunningExecution {
  readonly clock: NodeClock
  /** The connected peers at this moment, by their ids. */
  readonly peerIds: () => readonly string[]
  readonly dispatcher: RpcDispatcher
  readonly sockets: ExecutionSockets
  readonly servers: readonly AsyncDisposable[]
}

/** A node's execution client, where it lives in this thread. */
export class ExecutionHalf {
  readonly #parts: HalfParts
  /** Stays over stops of the node, as a data directory would. */
  #data: ExecutionNode | undefined
  #running: RunningExecution | undefined
  #nodeId = ''

  constructor(parts: HalfParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** While it runs. */
  get clock(): NodeClock | undefined {
    return this.#running?.clock
  }

  /** The connected peers at this moment; undefined while it does not run. */
  get peerIds(): readonly string[] | undefined {
    return this.#running?.peerIds()
  }

  /** What the client knows; undefined before its first start. */
  get data(): ExecutionNode | undefined {
    return this.#data
  }

  async start(parameters: NodeParameters): Promise<void> {
    const { context, onDefect } = this.#parts
    const { plan, ports, jwtSecretFile } = parameters
    const { executionLinks, version } = context
    this.#data ??= await this.#openNode(parameters)
    const node = this.#data
    const clock = this.#parts.makeClock()
    this.#nodeId = plan.devp2p.nodeId
    const links = executionLinks.open(plan.devp2p.nodeId, node)
    const sockets = this.#socketsOf(parameters, node, clock)
    const peers = () => [...links.list(), ...sockets.peers]
    const enode = isReachable(parameters) ? enodeUrl(plan, plan.address, ports.executionP2p) : links.enode
    const description = { clientVersion: version, id: plan.devp2p.nodeId, enode, peers }
    const jwtSecret = Buffer.from((await readFile(jwtSecretFile, 'utf8')).trim(), 'hex')
    const parts = { node, description, onDefect }
    const servers = await startAll([
      async () => {
        await sockets.setPeers(parameters.peers)
        return sockets
      },
      () => startHttpServer({ ...parts, port: ports.executionRpc }),
      () => startEngineServer({ ...parts, port: ports.executionEngine, jwtSecret, wallClock: systemTimeMs }),
    ]).catch((error: unknown) => {
      executionLinks.close(plan.devp2p.nodeId)
      clock.close()
      throw error
    })
    const dispatcher = new RpcDispatcher(ethMethods(node, description), onDefect)
    const peerIds = () => peers().map(({ id }) => id)
    this.#running = { clock, dispatcher, sockets, servers, peerIds }
  }

  /** A beacon node of this process gives its execution node all blocks again, one of another process does not. */
  async #openNode({ plan, layers }: NodeParameters): Promise<ExecutionNode> {
    const { context, onDefect } = this.#parts
    const options = { shared: context.execution, now: () => context.clock.nowMs }
    if (layers.includes('consensus')) return new ExecutionNode(options)
    return openKeptNode(options, await context.stores.executionBlocks(plan.name), onDefect)
  }

  #socketsOf({ plan, ports }: NodeParameters, node: ExecutionNode, clock: NodeClock): ExecutionSockets {
    const { context, log, onDefect } = this.#parts
    return new ExecutionSockets(async (peers) => {
      // Most networks have no use for it.
      const { Devp2pEnd } = await import('../links/devp2p/devp2p-end.ts')
      return Devp2pEnd.listen({
        node,
        privateKey: plan.devp2p.privateKey,
        address: plan.address,
        port: ports.executionP2p,
        peers,
        clock,
        clientVersion: context.version,
        onEvent: (event) => reportDevp2p(log, event),
        onError: onDefect,
      })
    })
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (running === undefined) return
    running.clock.close()
    this.#parts.context.executionLinks.close(this.#nodeId)
    await Promise.all(running.servers.map((server) => server[Symbol.asyncDispose]()))
  }

  pause(): void {
    this.#running?.clock.pause()
    this.#running?.sockets.pause().catch(this.#parts.onDefect)
    this.#parts.context.executionLinks.mesh.pause(this.#nodeId)
  }

  resume(): void {
    this.#running?.clock.resume()
    this.#running?.sockets.resume().catch(this.#parts.onDefect)
    this.#parts.context.executionLinks.mesh.resume(this.#nodeId)
  }

  /** Neighbours have come or gone while the node is there. */
  async setPeers(peers: readonly PeerEndpoint[]): Promise<void> {
    await this.#running?.sockets.setPeers(peers)
  }

  async request({ body }: LocalRequest): Promise<LocalResponse> {
    const answer = await this.#running?.dispatcher.answer(body ?? '')
    return answer === undefined ? notRunning : { status: 200, body: answer }
  }
}

/** Whether any neighbour comes over sockets, so that the node listens. */
function isReachable({ peers }: NodeParameters): boolean {
  return overSockets(peers, 'execution').length > 0
}

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
