import type { EdgePlan, NodePlan, NodePorts } from './manifest.ts'

/** A neighbour in the topology, and where its p2p listeners are reached from a node. */
export interface PeerEndpoint {
  readonly node: NodePlan
  /** How the two are connected on each layer. */
  readonly links: EdgePlan['links']
  /** Loopback address under which the neighbour is dialled, where the link is one of sockets. */
  readonly address: string
  readonly ports: NodePorts
  /** Whether its consensus client is told of all its neighbours, and keeps dialling them itself. */
  readonly dialsPeers: boolean
}

/** Those that are reached by sockets on a layer. */
export function overSockets(
  peers: readonly PeerEndpoint[],
  layer: 'execution' | 'consensus',
): PeerEndpoint[] {
  return peers.filter(({ links }) => links[layer] === 'sockets')
}
