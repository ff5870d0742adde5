import type { NodeView } from '../network/errors.ts'
import type { Network } from '../network/network.ts'
import type { Node } from '../network/node.ts'
import { type NodePeers, peersOf } from '../network/peers.ts'
import type { NetworkDescription, NetworkState, NetworkStatus, NodeDescription } from './protocol.ts'

/** What there is to know of a network without asking its nodes. */
export function describeNetwork(network: Network, state: NetworkState): NetworkDescription {
  const { name, directory, seed, chain, genesisTime, accounts } = network
  const { chainId, forks, slotDurationMs, slotsPerEpoch } = chain
  return {
    name,
    state,
    directory,
    seed,
    chainId,
    forks,
    genesisTime,
    slotDurationMs,
    slotsPerEpoch,
    nodes: network.nodes.map(describeNode),
    accounts: accounts.map(({ address, privateKey, balanceWei }) => ({ address, privateKey, balanceWei })),
  }
}

export function describeNode(node: Node): NodeDescription {
  const { name, state, execution, consensus, plan } = node
  const processes = node.processes.map(({ name, layer, pid, logFile }) => ({ name, layer, pid, logFile }))
  const pidOf = (layer: 'execution' | 'consensus') =>
    processes.find((process) => process.layer === layer)?.pid ?? null
  return {
    name,
    state,
    execution: { ...execution, pid: pidOf('execution') },
    consensus: { ...consensus, pid: pidOf('consensus') },
    validators: plan.validators.count,
    processes,
  }
}

/** Asks every node for its head, finality and peers; one that does not answer does not spoil the rest. */
export async function askNetwork(
  network: Network,
  state: NetworkState,
  signal: AbortSignal,
): Promise<NetworkStatus> {
  const { nodes } = network
  const [views, peers] = await Promise.all([
    network.views({ signal }),
    Promise.all(nodes.map((node) => peersOfOne(network, node, signal))),
  ])
  return {
    ...describeNetwork(network, state),
    slot: network.currentSlot,
    epoch: network.currentEpoch,
    nodes: nodes.map((node, i) => ({ ...describeNode(node), ...answersOf(views[i], peers[i]) })),
  }
}

async function peersOfOne(network: Network, node: Node, signal: AbortSignal): Promise<NodePeers | undefined> {
  try {
    const [peers] = await peersOf({ manifest: network.manifest, nodes: [node] }, signal)
    return peers
  } catch {
    // Its view says that it does not answer, and why.
    return undefined
  }
}

function answersOf(view: NodeView | undefined, peers: NodePeers | undefined) {
  const { headSlot, headRoot, justifiedEpoch, finalizedEpoch, problem } = view ?? {}
  const isKnown = headSlot !== undefined && headRoot !== undefined
  return {
    head: isKnown ? { slot: headSlot, root: headRoot } : null,
    justified: justifiedEpoch ?? null,
    finalized: finalizedEpoch ?? null,
    peers: peers ? { execution: [...peers.execution], consensus: [...peers.consensus] } : null,
    problem: problem ?? null,
  }
}
