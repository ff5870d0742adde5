import { edgeAddress } from './addresses.ts'
import type { CapabilityRegistry, ClientCapabilities } from './capabilities.ts'
import { chooseClient, chooseClients } from './chosen-client.ts'
import { findChainProblem } from './client-limits.ts'
import { type EdgeEnd, edgeLinks } from './edge-links.ts'
import type { EdgePlan, Manifest, NodePlan } from './manifest.ts'
import { defaultNodeName } from './node-drafts.ts'
import { resolveNode } from './node-reference.ts'
import { OptionError } from './option-error.ts'
import type { AddedNodeOptions } from './options.ts'
import { parseAddedNodeOptions } from './options-schema.ts'
import { planNode } from './plan-node.ts'
import { planTime } from './time.ts'

const defaultPeers = 2

/**
 * The manifest with one more node, which holds no validators. No other node changes.
 *
 * @param options from outside; all of it is checked.
 * @throws OptionError when the name is taken, a client is unknown or cannot run this chain, or a peer does
 * not exist.
 *
 * @example
 * const grown = planAddedNode(manifest, { name: 'late', peers: ['node-0'] }, registry)
 */
export function planAddedNode(
  manifest: Manifest,
  options: AddedNodeOptions,
  registry: CapabilityRegistry,
): Manifest {
  const checked = parseAddedNodeOptions(options)
  const [oldest] = manifest.nodes
  const isGivenClients = checked.execution !== undefined || checked.consensus !== undefined
  const { execution, consensus } = chooseClients(registry, isGivenClients ? checked : (oldest ?? {}))
  planTime(manifest.time, [consensus, execution])
  for (const client of [consensus, execution]) checkRunsChain(manifest, client)
  const index = manifest.next.nodeIndex
  const node = planNode({
    index,
    name: checkedName(manifest, checked.name ?? defaultNodeName(index)),
    execution: execution.name,
    consensus: consensus.name,
    validators: { first: manifest.validators.count, count: 0 },
    validatorClient: 'own',
    seed: manifest.seed,
  })
  const edges = checkedPeers(manifest, checked.peers).map(
    (peer, position): EdgePlan => ({
      a: peer.name,
      b: node.name,
      address: edgeAddress(manifest.next.edgeIndex + position),
      links: edgeLinks(endOf(peer, registry), { name: node.name, execution, consensus }, 'peers'),
    }),
  )
  return {
    ...manifest,
    nodes: [...manifest.nodes, node],
    edges: [...manifest.edges, ...edges],
    next: { nodeIndex: index + 1, edgeIndex: manifest.next.edgeIndex + edges.length },
  }
}

function endOf({ name, execution, consensus }: NodePlan, registry: CapabilityRegistry): EdgeEnd {
  return {
    name,
    execution: chooseClient(registry, 'execution', execution, 'execution'),
    consensus: chooseClient(registry, 'consensus', consensus, 'consensus'),
  }
}

function checkRunsChain(manifest: Manifest, client: ClientCapabilities): void {
  const problem = findChainProblem(manifest.chain, client)
  if (problem === undefined) return
  throw new OptionError({
    code: 'option-unsupported',
    field: client.layer,
    problem: `it cannot join the chain of network ${manifest.name}, for ${problem.problem}`,
    given: client.name,
    allowed: `a client that runs ${problem.field} ${problem.given}`,
  })
}

function checkedName(manifest: Manifest, name: string): string {
  if (manifest.nodes.every((node) => node.name !== name)) return name
  throw new OptionError({
    field: 'name',
    problem: 'another node has this name',
    given: name,
    allowed: 'a name that no other node has',
  })
}

/** The peers that were asked for, else those with the fewest connections, older ones first. */
function checkedPeers(manifest: Manifest, peers: readonly string[] | undefined): NodePlan[] {
  const names = manifest.nodes.map((node) => node.name)
  if (peers === undefined) {
    const degree = (name: string) => manifest.edges.filter(({ a, b }) => a === name || b === name).length
    return manifest.nodes
      .map((node, position) => ({ node, position, degree: degree(node.name) }))
      .sort((one, other) => one.degree - other.degree || one.position - other.position)
      .slice(0, defaultPeers)
      .sort((one, other) => one.position - other.position)
      .map(({ node }) => node)
  }
  for (const [position, peer] of peers.entries()) {
    const field = `peers[${position}]`
    resolveNode(peer, names, field)
    if (peers.indexOf(peer) < position) {
      throw new OptionError({ field, problem: 'this peer is named twice', given: peer })
    }
  }
  return manifest.nodes.filter(({ name }) => peers.includes(name))
}
