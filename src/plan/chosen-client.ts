import type { CapabilityRegistry, ClientCapabilities } from './capabilities.ts'
import { nearestOf } from './nearest.ts'
import { OptionError } from './option-error.ts'

/**
 * The client of a name, or the first one of its layer when no name is given.
 *
 * @throws OptionError when there is no such client.
 */
export function chooseClient(
  registry: CapabilityRegistry,
  layer: 'execution' | 'consensus',
  name: string | undefined,
  field: string,
): ClientCapabilities {
  const clients = registry[layer]
  const client = name === undefined ? clients[0] : clients.find((candidate) => candidate.name === name)
  if (client !== undefined) return client
  const names = clients.map((candidate) => candidate.name)
  // Mixing up the layers is the likeliest slip with a name that is spelled right.
  const other = layer === 'execution' ? 'consensus' : 'execution'
  const isOther = registry[other].some((candidate) => candidate.name === name)
  throw new OptionError({
    field,
    problem: `there is no such ${layer} client`,
    given: name,
    allowed: names.join(', '),
    ...(isOther
      ? { hints: [`'${name}' is a client of the ${other} layer.`] }
      : { nearest: nearestOf(name, names) }),
  })
}

/**
 * Both clients of a node. Where only one is named, the other is the first of its layer that can be connected
 * to it.
 *
 * @throws OptionError when there is no such client, or the two cannot be connected.
 */
export function chooseClients(
  registry: CapabilityRegistry,
  names: { readonly execution?: string | undefined; readonly consensus?: string | undefined },
  field?: string,
): { execution: ClientCapabilities; consensus: ClientCapabilities } {
  const path = (layer: string) => (field === undefined ? layer : `${field}.${layer}`)
  const choose = (layer: 'execution' | 'consensus', name = names[layer]) =>
    chooseClient(registry, layer, name, path(layer))
  const first = names.execution === undefined && names.consensus !== undefined ? 'consensus' : 'execution'
  const second = first === 'execution' ? 'consensus' : 'execution'
  const chosen = choose(first)
  const fitting = registry[second].find(({ links }) => links === chosen.links)
  const other = choose(second, names[second] ?? fitting?.name)
  requireSameLinks([chosen, other], path(second))
  return first === 'execution'
    ? { execution: chosen, consensus: other }
    : { execution: other, consensus: chosen }
}

/**
 * Clients of one network must be able to reach one another.
 *
 * @throws OptionError when two of them cannot.
 */
export function requireSameLinks(clients: readonly ClientCapabilities[], field: string): void {
  const [first] = clients
  const other = clients.find(({ links }) => links !== first?.links)
  if (first === undefined || other === undefined) return
  throw new OptionError({
    code: 'option-unsupported',
    field,
    problem: `${first.name} and ${other.name} cannot be connected: the ${first.links === 'in-process' ? first.name : other.name} client has links in its own process only`,
    given: other.name,
    allowed: 'clients that are all embedded, or all processes of their own',
  })
}
