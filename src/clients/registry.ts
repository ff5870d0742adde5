import type { Layer } from '../embedded/host/host-methods.ts'
import type { CapabilityRegistry } from '../plan/capabilities.ts'
import type { Client } from './client.ts'
import { embeddedConsensus, embeddedExecution } from './embedded.ts'
import { geth } from './geth.ts'
import { prysm } from './prysm.ts'

/** Every client there is. The first of each layer is the default. */
const clients: { readonly execution: readonly Client[]; readonly consensus: readonly Client[] } = {
  execution: [embeddedExecution, geth],
  consensus: [embeddedConsensus, prysm],
}

export const capabilityRegistry: CapabilityRegistry = {
  execution: clients.execution.map((client) => client.capabilities),
  consensus: clients.consensus.map((client) => client.capabilities),
}

/** Both clients of a planned node, the execution client first; the plan has made sure that they exist. */
export function clientsOf(node: { readonly execution: string; readonly consensus: string }): Client[] {
  return [clientNamed('execution', node.execution), clientNamed('consensus', node.consensus)]
}

export function clientNamed(layer: 'execution' | 'consensus', name: string): Client {
  const client = clients[layer].find(({ capabilities }) => capabilities.name === name)
  if (client === undefined) throw new Error(`no ${layer} client is called ${name}`)
  return client
}

/** The layers of a planned node that live in this process. */
export function embeddedLayers(node: { readonly execution: string; readonly consensus: string }): Layer[] {
  return (['execution', 'consensus'] as const).filter(
    (layer) => clientNamed(layer, node[layer]).kind === 'embedded',
  )
}

/** Those that are programs of their own. */
export function processClients() {
  return [...clients.execution, ...clients.consensus].filter((client) => client.kind === 'process')
}
