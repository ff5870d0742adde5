import type { Evidence, NodeEvidence } from '../evidence.ts'

/** Nodes that should be answering: they run, or nobody knows that they do not. */
export function activeNodes({ nodes, network }: Evidence): NodeEvidence[] {
  return network.isRunning ? nodes.filter(({ state }) => state === 'running' || state === 'unknown') : []
}

/** Nodes whose consensus client answers. */
export function answeringNodes(evidence: Evidence): NodeEvidence[] {
  return activeNodes(evidence).filter(({ consensus }) => consensus.syncing !== undefined)
}

/** The epoch of the network's clock; negative before genesis. */
export function currentEpoch({ slots, chain }: Evidence): number {
  return Math.floor(slots.last / chain.slotsPerEpoch)
}

/** Whether a node that does not answer may only not be up yet: before genesis nobody knows its state. */
export function mayBeStarting({ state }: NodeEvidence, { slots }: Evidence): boolean {
  return state === 'unknown' && slots.last < 0
}
