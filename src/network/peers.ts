import type { EdgePlan, Manifest, NodePlan } from '../plan/manifest.ts'
import type { Node } from './node.ts'

/** Connected peers of one node, as names in the order of the nodes; an id that belongs to none is kept as it is. */
export interface NodePeers {
  readonly name: string
  readonly execution: readonly string[]
  readonly consensus: readonly string[]
}

export async function peersOf(
  { manifest, nodes }: { manifest: Manifest; nodes: readonly Node[] },
  signal?: AbortSignal,
): Promise<NodePeers[]> {
  const byPeerId = new Map(manifest.nodes.map((node) => [node.libp2p.peerId, node]))
  const byNodeId = new Map(manifest.nodes.map((node) => [node.devp2p.nodeId.slice(2), node]))
  const running = nodes.filter((node) => node.state === 'running')
  return Promise.all(
    running.map(async ({ name, executionApi, beaconApi }) => {
      const options = { signal, timeoutMs: 5_000 }
      const [execution, consensus] = await Promise.all([
        executionApi.connectedPeers(options),
        beaconApi.connectedPeers(options),
      ])
      return { name, execution: namesOf(execution, byNodeId), consensus: namesOf(consensus, byPeerId) }
    }),
  )
}

/** Names of connected peers by their ids, in the order of the plan; an id that belongs to none is kept as it is. */
export function peerNames(
  layer: 'execution' | 'consensus',
  ids: readonly string[],
  { nodes }: Pick<Manifest, 'nodes'>,
): string[] {
  if (layer === 'consensus') return namesOf(ids, new Map(nodes.map((node) => [node.libp2p.peerId, node])))
  const byNodeId = new Map(nodes.map((node) => [node.devp2p.nodeId.slice(2), node]))
  return namesOf(
    ids.map((id) => id.replace(/^0x/, '')),
    byNodeId,
  )
}

function namesOf(ids: readonly string[], known: ReadonlyMap<string, NodePlan>): string[] {
  return ids
    .map((id) => ({
      name: known.get(id)?.name ?? id,
      index: known.get(id)?.index ?? Number.MAX_SAFE_INTEGER,
    }))
    .sort((a, b) => a.index - b.index)
    .map(({ name }) => name)
}

/**
 * Declared connections between running nodes that are not there yet, as `a - b (layer)`. One end that
 * lists the other is enough: the dialler does so once both have exchanged their status, while the other
 * end may list it only seconds later.
 */
export function missingConnections(
  peers: readonly NodePeers[],
  edges: readonly Pick<EdgePlan, 'a' | 'b'>[],
): string[] {
  const byName = new Map(peers.map((node) => [node.name, node]))
  return edges.flatMap(({ a, b }) => {
    const [left, right] = [byName.get(a), byName.get(b)]
    if (left === undefined || right === undefined) return []
    const layers = ['execution', 'consensus'] as const
    return layers
      .filter((layer) => !left[layer].includes(b) && !right[layer].includes(a))
      .map((layer) => `${a} - ${b} (${layer})`)
  })
}
