import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { NodeParameters } from '../embedded/host/host-methods.ts'
import type { EmbeddedClient } from './client.ts'
import type { ClientInstance, CrashReport, StopOutcome } from './client-instance.ts'

/** One half of an embedded node. */
export class EmbeddedClientInstance implements ClientInstance {
  readonly client: EmbeddedClient
  /** It has none of its own. */
  readonly processes = []
  readonly #network: EmbeddedNetwork
  readonly #makeParameters: () => NodeParameters
  readonly #name: string
  readonly #onCrash: (report: CrashReport) => void

  constructor(
    client: EmbeddedClient,
    network: EmbeddedNetwork,
    makeParameters: () => NodeParameters,
    onCrash: (report: CrashReport) => void,
  ) {
    this.client = client
    this.#network = network
    this.#makeParameters = makeParameters
    this.#name = makeParameters().plan.name
    this.#onCrash = onCrash
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const parameters = this.#makeParameters()
    const { logFile } = parameters
    await this.#network.start(this.#layer, parameters, (reason) => {
      const title = `${this.#name} embedded ${this.#layer} client`
      this.#onCrash({ title, command: 'a part of this process', reason, logFile })
    })
  }

  async stop(): Promise<StopOutcome> {
    await this.#network.stop(this.#layer, this.#name)
    return 'graceful'
  }

  kill(): Promise<void> {
    return this.#network.kill(this.#layer, this.#name)
  }

  pause(): void {
    // It fails only when the whole thread has, and that is told as a crash.
    this.#network.pause(this.#layer, this.#name).catch(() => {})
  }

  resume(): void {
    this.#network.resume(this.#layer, this.#name).catch(() => {})
  }

  get #layer() {
    return this.client.capabilities.layer
  }
}
