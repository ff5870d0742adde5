import { planAccounts } from './accounts.ts'
import { edgeAddress } from './addresses.ts'
import type { CapabilityRegistry, ClientCapabilities } from './capabilities.ts'
import { planChain } from './chain.ts'
import { requireSameLinks } from './chosen-client.ts'
import type { EdgePlan, Manifest, NodePlan } from './manifest.ts'
import { draftNodes, type NodeDraft } from './node-drafts.ts'
import type { NetworkOptions } from './options.ts'
import { parseNetworkOptions } from './options-schema.ts'
import { planNode } from './plan-node.ts'
import { planTime } from './time.ts'
import { planTopology } from './topology.ts'
import { planValidators } from './validators.ts'

const defaultName = 'localnet'
const defaultSeed = 1

/**
 * Decides everything about a network before anything is written or started. The same options and the same
 * seed give the same manifest, byte for byte.
 *
 * @param options from outside; all of it is checked.
 * @param registry the clients there are. The first of each layer is the default.
 * @throws OptionError for the first option that is wrong.
 *
 * @example
 * const manifest = planNetwork({ nodes: 4, topology: 'ring', seed: 7 }, registry)
 */
export function planNetwork(options: NetworkOptions, registry: CapabilityRegistry): Manifest {
  const checked = parseNetworkOptions(options)
  const seed = checked.seed ?? defaultSeed
  const drafts = draftNodes(checked.nodes, registry)
  const names = drafts.map((draft) => draft.name)
  const clients = clientsOf(drafts)
  requireSameLinks(clients, 'nodes')
  const time = planTime(checked.time, clients)
  const chain = planChain(checked, clients)
  const validators = planValidators(checked, drafts, seed)
  const edges = planTopology(checked.topology, names, seed)
  return {
    formatVersion: 1,
    name: checked.name ?? defaultName,
    seed,
    time,
    chain,
    validators: validators.plan,
    accounts: planAccounts(checked.accounts),
    nodes: drafts.map((draft, index) => nodeOf(draft, index, validators.ranges[index], seed)),
    edges: edges.map(([a, b], edgeIndex) => edgeOf(names[a] ?? '', names[b] ?? '', edgeIndex)),
    next: { nodeIndex: drafts.length, edgeIndex: edges.length },
  }
}

function nodeOf(
  draft: NodeDraft,
  index: number,
  validators: NodePlan['validators'] = { first: 0, count: 0 },
  seed: number,
): NodePlan {
  const { name, execution, consensus } = draft
  return planNode({ index, name, execution: execution.name, consensus: consensus.name, validators, seed })
}

function edgeOf(a: string, b: string, edgeIndex: number): EdgePlan {
  return { a, b, address: edgeAddress(edgeIndex) }
}

/** Each client once; consensus clients first, since the parameters of the chain are theirs above all. */
function clientsOf(drafts: readonly NodeDraft[]): ClientCapabilities[] {
  return [...new Set([...drafts.map((draft) => draft.consensus), ...drafts.map((draft) => draft.execution)])]
}
