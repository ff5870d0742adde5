import type { LinkState } from '../embedded/links/link-state.ts'
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
  setLink(edge: EdgePlan, layer: FaultLayer, state: LinkState): Promise<void>
  /** Whether a node's clock is ours to set, since its consensus client lives in this process. */
  hasOwnClock(node: NodePlan): boolean
  /** @param skewMs by how much its clock is ahead; 0 sets it right */
  setClockSkew(name: string, skewMs: number): Promise<void>
  /** Told when a fault comes into force and when it ends. */
  onFault(phase: 'begin' | 'end', fault: Fault): void
}
