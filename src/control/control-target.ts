import type { AddedNodeOptions } from '../plan/options.ts'
import type { NetworkStatus, NetworkSummary, NodeAction, NodeDescription } from './protocol.ts'

/** What can be asked of a network from outside the process that runs it. */
export interface ControlTarget {
  summary(): NetworkSummary
  /** @throws {StateError} while the network starts. */
  status(signal: AbortSignal): Promise<NetworkStatus>
  /**
   * Resolves when it is done.
   *
   * @throws {UnknownNodeError}
   */
  act(node: string, action: NodeAction): Promise<NodeDescription>
  addNode(options: AddedNodeOptions): Promise<NodeDescription>
  /** @throws {UnknownNodeError} */
  removeNode(name: string): Promise<void>
  /**
   * Does what the table of operations has under this name. Resolves with its result, as JSON.
   *
   * @throws {ControlRequestError} for a name that it has not.
   * @throws {OptionError} for parameters that the operation does not take.
   */
  operate(request: { name: string; parameters: unknown; signal: AbortSignal }): Promise<object>
  /** Begins to stop the network, and returns at once: its process ends when all is stopped. */
  stop(): void
}
