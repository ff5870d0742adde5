import type { EngineFault } from '../embedded/engine/engine-fault.ts'
import type { LinkState } from '../embedded/links/link-state.ts'
import type { DeedOrder } from '../embedded/validator/deed.ts'
import type { Node } from '../network/node.ts'
import type { SlotClock } from '../network/slot-clock.ts'
import type { EdgePlan, Manifest, NodePlan } from '../plan/manifest.ts'
import type { Fault, FaultLayer } from './fault.ts'

/** The network on which faults are made, as far as they need it. */
export interface FaultTarget {
  /** As it is now, added nodes included. */
  readonly manifest: Manifest
  readonly nodes: readonly Node[]
  readonly clock: SlotClock
  /**
   * Makes ready for links over sockets that lose packets.
   *
   * @throws {FaultError} when this machine cannot do that; nothing has changed then
   */
  prepareLoss(): Promise<void>
  setLink(edge: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void>
  /** Whether a node's clock is ours to set, since its consensus client lives in this process. */
  hasOwnClock(node: NodePlan): boolean
  /** @param skewMs by how much its clock is ahead; 0 sets it right */
  setClockSkew(name: string, skewMs: number): Promise<void>
  /** Gives an order to a node's validators, or takes it back. @throws {FaultError} where that cannot be done */
  setMisbehaviour(node: string, id: string, order: DeedOrder | undefined): Promise<void>
  /** Puts a fault on a node's Engine API, or ends it. @throws {FaultError} where that cannot be done */
  setEngineFault(node: string, id: string, fault: EngineFault | undefined): Promise<void>
  /** Told when a fault comes into force and when it ends. */
  onFault(phase: 'begin' | 'end', fault: Fault): void
}
