import { Worker } from 'node:worker_threads'
import { keepNativeLibrariesLoaded } from '../../genesis/native-libraries.ts'
import { packageVersion } from '../../package-version.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { PeerEndpoint } from '../../plan/peer-endpoint.ts'
import { workerUrl } from '../../worker-url.ts'
import type { EngineFault } from '../engine/engine-fault.ts'
import type { LinkState } from '../links/link-state.ts'
import type { DeedOrder } from '../validator/deed.ts'
import { EmbeddedClosedError, EmbeddedNodeError, EmbeddedThreadError } from './errors.ts'
import type {
  HostCall,
  HostMessage,
  HostMethods,
  HostSetup,
  Layer,
  LayersByNode,
  LocalRequest,
  LocalResponse,
  NodeParameters,
  OpenParameters,
} from './host-methods.ts'
import { memoryLimits } from './memory-limits.ts'
import type { NodeEventBatch } from './node-events.ts'

/** Told when a layer of a node fails by itself, and why. */
type OnFailure = (reason: string) => void

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/**
 * All embedded nodes of one network. They live in a thread of their own, because the protocol libraries keep
 * a chain's constants in globals, and so that neither they nor the user's program hold up the other.
 */
export class EmbeddedNetwork implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #onFailure = new Map<string, OnFailure>()
  #onEvents: (batch: NodeEventBatch) => void = () => {}
  #nextId = 0
  #nowMs = 0
  #ended: EmbeddedThreadError | undefined
  #closing: Promise<void> | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: HostMessage) => this.#onMessage(message))
    worker.on('error', (error) => this.#end(new EmbeddedThreadError(error.message, error)))
    worker.on('exit', (code) => this.#end(new EmbeddedThreadError(`it exited with code ${code}`)))
  }

  /**
   * Starts the thread, which loads the protocol's libraries while its files are still being made.
   *
   * @param layers what of each node lives in it. @default all of every node
   */
  static async load(manifest: Manifest, layers?: LayersByNode): Promise<EmbeddedNetwork> {
    await keepNativeLibrariesLoaded()
    const workerData: HostSetup = { manifest, layers, version: `eth-localnet/v${packageVersion()}` }
    const url = workerUrl('./embedded-worker.js', './embedded/host/worker.ts')
    const resourceLimits = memoryLimits(manifest)
    const options = { name: 'embedded', workerData, resourceLimits, execArgv: [] }
    return new EmbeddedNetwork(new Worker(url, options))
  }

  async open(parameters: OpenParameters): Promise<void> {
    this.#nowMs = await this.#call('open', parameters)
  }

  /** Tells of what happens on the nodes, in its order, from now on; to one listener at a time. */
  follow(onEvents: (batch: NodeEventBatch) => void): void {
    this.#onEvents = onEvents
  }

  /** Unix time that was reached; in virtual time only. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Moves virtual time on, and resolves when all that happens until then has happened. */
  async advanceTo(timeMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const interrupt = () => void this.#call('interrupt').catch(() => {})
    signal?.addEventListener('abort', interrupt)
    try {
      // An interruption is meant for one of all who wait: the others ask again.
      while (this.#nowMs < timeMs && !signal?.aborted) {
        this.#nowMs = Math.max(this.#nowMs, await this.#call('advanceTo', timeMs))
      }
    } finally {
      signal?.removeEventListener('abort', interrupt)
    }
    signal?.throwIfAborted()
  }

  /** @param onFailure told when the layer fails by itself later on */
  async start(layer: Layer, node: NodeParameters, onFailure: OnFailure): Promise<void> {
    this.#onFailure.set(keyOf(layer, node.plan.name), onFailure)
    await this.#call('start', layer, node)
  }

  async stop(layer: Layer, name: string): Promise<void> {
    if (this.#closing === undefined) await this.#call('stop', layer, name)
  }

  async kill(layer: Layer, name: string): Promise<void> {
    if (this.#closing === undefined) await this.#call('kill', layer, name)
  }

  async pause(layer: Layer, name: string): Promise<void> {
    if (this.#closing === undefined) await this.#call('pause', layer, name)
  }

  async resume(layer: Layer, name: string): Promise<void> {
    if (this.#closing === undefined) await this.#call('resume', layer, name)
  }

  setPeers(name: string, peers: readonly PeerEndpoint[]): Promise<void> {
    return this.#call('setPeers', name, peers)
  }

  remove(name: string): Promise<void> {
    return this.#call('remove', name)
  }

  /** Asks a node's API without HTTP. */
  request(layer: Layer, name: string, request: LocalRequest): Promise<LocalResponse> {
    return this.#call('request', layer, name, request)
  }

  /** @param a name of the node from which `state.forward` leads */
  setLink(layer: Layer, a: string, b: string, state: LinkState): Promise<void> {
    return this.#call('setLink', layer, a, b, state)
  }

  setClockSkew(name: string, skewMs: number): Promise<void> {
    return this.#call('setClockSkew', name, skewMs)
  }

  setMisbehaviour(name: string, id: string, order?: DeedOrder): Promise<void> {
    return this.#call('setMisbehaviour', name, id, order)
  }

  setEngineFault(name: string, id: string, fault?: EngineFault): Promise<void> {
    return this.#call('setEngineFault', name, id, fault)
  }

  digest(): Promise<string> {
    return this.#call('digest')
  }

  /** Ends the thread; nodes that still run are stopped. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#onFailure.clear()
    if (this.#ended === undefined) await this.#call('close').catch(() => {})
    await this.#worker.terminate()
  }

  #call<Method extends keyof HostMethods>(
    method: Method,
    ...parameters: Parameters<HostMethods[Method]>
  ): ReturnType<HostMethods[Method]> {
    const result = new Promise((resolve, reject) => {
      if (this.#closing !== undefined && method !== 'close') return reject(new EmbeddedClosedError())
      if (this.#ended !== undefined) return reject(this.#ended)
      const id = this.#nextId++
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, method, parameters } as unknown as HostCall)
    })
    return result as ReturnType<HostMethods[Method]>
  }

  #onMessage(message: HostMessage): void {
    if (message.type === 'failure') {
      const { layer, name, reason } = message.failure
      this.#onFailure.get(keyOf(layer, name))?.(reason)
      return
    }
    if (message.type === 'events') {
      this.#onEvents(message.batch)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.type === 'result') waiting?.resolve(message.result as never)
    else waiting?.reject(new EmbeddedNodeError(message.error))
  }

  /** Whoever waits for the thread, or asks it from now on, is told that it is gone. */
  #end(error: EmbeddedThreadError): void {
    this.#ended ??= error
    const reason = this.#closing === undefined ? this.#ended : new EmbeddedClosedError()
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    for (const onFailure of this.#onFailure.values()) onFailure(this.#ended.reason)
    this.#onFailure.clear()
  }
}

function keyOf(layer: Layer, name: string): string {
  return `${layer} ${name}`
}
