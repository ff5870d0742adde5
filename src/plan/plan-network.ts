import { planAccounts } from './accounts.ts'
import { edgeAddress } from './addresses.ts'
import type { CapabilityRegistry, ClientCapabilities } from './capabilities.ts'
import { planChain } from './chain.ts'
import { edgeLinks } from './edge-links.ts'
import type { Edge } from './graphs.ts'
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
  const time = planTime(checked.time, clients)
  const chain = planChain(checked, clients)
  const validators = planValidators(checked, drafts, seed)
  const edges = planTopology(checked.topology, names, seed)
  return {
    formatVersion: 2,
    name: checked.name ?? defaultName,
    seed,
    time,
    chain,
    validators: validators.plan,
    accounts: planAccounts(checked.accounts),
    nodes: drafts.map((draft, index) => nodeOf(draft, index, validators.ranges[index], seed)),
    edges: edges.map((edge, edgeIndex) => edgeOf(edge, edgeIndex, drafts)),
    next: { nodeIndex: drafts.length, edgeIndex: edges.length },
  }
}

function nodeOf(
  { name, execution, consensus, validatorClient }: NodeDraft,
  index: number,
  validators: NodePlan['validators'] = { first: 0, count: 0 },
  seed: number,
): NodePlan {
  const clients = { execution: execution.name, consensus: consensus.name }
  return planNode({ index, name, ...clients, validators, validatorClient, seed })
}

function edgeOf([from, to]: Edge, edgeIndex: number, drafts: readonly NodeDraft[]): EdgePlan {
  const [a, b] = [drafts[from], drafts[to]]
  if (a === undefined || b === undefined) throw new RangeError(`edge ${edgeIndex} leads to no node`)
  return { a: a.name, b: b.name, address: edgeAddress(edgeIndex), links: edgeLinks(a, b, 'topology') }
}

/** Each client once; consensus clients first, since the parameters of the chain are theirs above all. */
function clientsOf(drafts: readonly NodeDraft[]): ClientCapabilities[] {
  return [...new Set([...drafts.map((draft) => draft.consensus), ...drafts.map((draft) => draft.execution)])]
}
