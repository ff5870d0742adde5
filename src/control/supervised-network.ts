import { StateError } from '../network/errors.ts'
import type { Network } from '../network/network.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import type { ControlTarget } from './control-target.ts'
import { askNetwork, describeNode } from './describe-network.ts'
import { runOperation } from './operations.ts'
import type { NetworkState, NetworkStatus, NetworkSummary, NodeAction, NodeDescription } from './protocol.ts'

/**
 * A network as its control server shows it, from the first moment of its start to the last of its stop.
 * What is asked too early is refused, not kept waiting.
 */
export class SupervisedNetwork implements ControlTarget {
  readonly #name: string
  readonly #directory: string
  readonly #onStop: () => void
  #network: Network | undefined
  #state: NetworkState = 'starting'
  #activity: string | null = 'starting'

  /** @param parameters - `onStop`: called when somebody asks for the end of the network */
  constructor(parameters: { name: string; directory: string; onStop: () => void }) {
    this.#name = parameters.name
    this.#directory = parameters.directory
    this.#onStop = parameters.onStop
  }

  /** Tells what the start is doing. */
  setActivity(activity: string): void {
    this.#activity = activity
  }

  setRunning(network: Network): void {
    this.#network = network
    this.#activity = null
    this.#state = 'running'
  }

  setStopping(): void {
    this.#state = 'stopping'
  }

  summary(): NetworkSummary {
    const network = this.#network
    return {
      name: network?.name ?? this.#name,
      state: this.#state,
      directory: this.#directory,
      activity: this.#activity,
      slot: network?.currentSlot ?? null,
      nodes: network?.nodes.map(({ name, state }) => ({ name, state })) ?? [],
    }
  }

  async status(signal: AbortSignal): Promise<NetworkStatus> {
    return askNetwork(this.#started('tell the status'), this.#state, signal)
  }

  async act(name: string, action: NodeAction): Promise<NodeDescription> {
    const node = this.#started(`${action} a node`).node(name)
    await node[action]()
    return describeNode(node)
  }

  async addNode(options: AddedNodeOptions): Promise<NodeDescription> {
    return describeNode(await this.#started('add a node').addNode(options))
  }

  async removeNode(name: string): Promise<void> {
    await this.#started('remove a node').removeNode(name)
  }

  operate(request: { name: string; parameters: unknown; signal: AbortSignal }): Promise<object> {
    return runOperation(this.#started(request.name), request)
  }

  stop(): void {
    this.#onStop()
  }

  #started(action: string): Network {
    if (this.#network !== undefined && this.#state !== 'stopping') return this.#network
    const advice =
      this.#state === 'starting'
        ? 'Wait until it is up: `eth-localnet ps` shows how far it is.'
        : 'Start it again to go on.'
    throw new StateError(`Cannot ${action}: the network ${this.#name} is ${this.#state}.`, advice)
  }
}
