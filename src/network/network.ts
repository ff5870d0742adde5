import type { EngineFault } from '../embedded/engine/engine-fault.ts'
import type { StakeSelection } from '../faults/by-stake.ts'
import type { NodeGroup } from '../faults/checked-groups.ts'
import type { Fault } from '../faults/fault.ts'
import { bridgeOf, isolateOf, type LayerOptions, partitionOf } from '../faults/fault-specs.ts'
import type { FaultCallOptions, FaultHandle } from '../faults/faults.ts'
import { engineFaultOf } from '../faults/misbehaviour/engine-fault-of.ts'
import { type MisbehaveOptions, misbehaviourOf } from '../faults/misbehaviour/misbehave-options.ts'
import { NetworkLink } from '../faults/network-link.ts'
import { type ReorgOptions, type ReorgProof, reorg } from '../faults/on-demand/reorg.ts'
import { type SlashOptions, type SlashProof, slash } from '../faults/on-demand/slash.ts'
import {
  type StallFinalityOptions,
  type StallProof,
  stallFinality,
} from '../faults/on-demand/stall-finality.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import { StateError } from './errors.ts'
import type { Node } from './node.ts'
import { ObservedNetwork } from './observed-network.ts'

/**
 * A running network. Made by `startNetwork`; `stop` or disposal ends every process of it.
 *
 * @example
 * await using network = await startNetwork({ nodes: 4 })
 * await network.waitForFinalizedEpoch(2)
 * await network.assertConsensus()
 */
export class Network extends ObservedNetwork implements AsyncDisposable {
  #stopped: Promise<void> | undefined

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
    return this.host.addNode(options, this.untilStopped(signal))
  }

  /**
   * Stops a node for good and deletes its data. Its validators stay on the chain, offline. No other node
   * changes.
   *
   * @throws {UnknownNodeError}
   */
  async removeNode(name: string): Promise<void> {
    this.#demandRunning('remove a node')
    await this.host.removeNode(this.node(name))
  }

  /** The faults in force, in the order in which they began. */
  faults(): readonly Fault[] {
    return this.host.faults.inForce
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
    return this.host.faults.begin(partitionOf(this.manifest, groups, options), options)
  }

  /** Cuts all links of a node. @throws {FaultError} @throws {UnknownNodeError} */
  async isolate(node: string, options: LayerOptions & FaultCallOptions = {}): Promise<FaultHandle> {
    this.#demandRunning('isolate a node')
    return this.host.faults.begin(isolateOf(this.manifest, node, options), options)
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
    return this.host.faults.begin(bridgeOf(this.manifest, [a, b], { via, ...options }), options)
  }

  /** The declared connection between two nodes. @throws {FaultError} when there is none. */
  link(a: string, b: string): NetworkLink {
    return new NetworkLink({ a, b }, this.host.faults, () => this.manifest)
  }

  /**
   * Ends all faults but those of nodes that do not run, or one fault of any kind by its id: a killed node is
   * started, a paused one resumed. Resolves when the peers are connected again; at once when there is nothing to heal.
   *
   * @throws {FaultError} when they are not in time; the links are healed all the same.
   */
  async heal(options: FaultCallOptions & { readonly fault?: string | undefined } = {}): Promise<void> {
    this.#demandRunning('heal it')
    await this.host.faults.heal(options)
  }

  /**
   * Has validators misbehave, from their next duty on, until disposal of what it gives, or the slot `until`.
   * Embedded validators do, and those of a client in processes that has a remote signer.
   *
   * @throws {OptionError} for a deed or validator that there is not.
   * @throws {UnknownNodeError}
   * @throws {FaultError} for a client that takes no orders.
   *
   * @example
   * await using late = await network.misbehave({ node: 'node-3', deed: { kind: 'late-block', byMs: 1_500 } })
   */
  async misbehave(options: MisbehaveOptions): Promise<FaultHandle> {
    this.#demandRunning('have validators misbehave')
    return this.host.faults.begin(misbehaviourOf(this.manifest, options))
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
  async engineFault(node: string, fault: EngineFault): Promise<FaultHandle> {
    this.#demandRunning('disturb an execution client')
    return this.host.faults.begin(engineFaultOf(this.manifest, node, fault))
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
    return reorg(this.host, { ...options, signal: this.untilStopped(options.signal) })
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
    return stallFinality(this.host, { ...options, signal: this.untilStopped(options.signal) })
  }

  /**
   * Has a validator slashed, and resolves when every running node has it slashed. This cannot be undone.
   *
   * @throws {OptionError} for a validator that there is not.
   * @throws {FaultError} for one that is slashed already, and when it is not observed in time.
   */
  async slash(validator: number, options: SlashOptions = {}): Promise<SlashProof> {
    this.#demandRunning('slash a validator')
    return slash(this.host, validator, { ...options, signal: this.untilStopped(options.signal) })
  }

  /**
   * Stops every node. May be called at any time and more than once. A directory that was given stays, and
   * `startNetwork` with it continues the chain; a temporary one is deleted.
   */
  stop(): Promise<void> {
    this.stopping.abort(new StateError(`The network ${this.name} was stopped.`, 'Start it again to go on.'))
    this.#stopped ??= this.host.close()
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #demandRunning(action: string): void {
    if (this.#stopped === undefined) return
    throw new StateError(
      `Cannot ${action}: the network ${this.name} was stopped.`,
      'Start it again to go on.',
    )
  }
}
