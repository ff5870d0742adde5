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
 * Both clients of a node. Where only one is named, the other is its natural partner: the first of its layer
 * that is connected in the same way before all others. Any two can be named together, since the Engine API
 * connects them.
 *
 * @throws OptionError when there is no such client.
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
  const partner = registry[second].find(({ links }) => links[0] === chosen.links[0])
  const other = choose(second, names[second] ?? partner?.name)
  return first === 'execution'
    ? { execution: chosen, consensus: other }
    : { execution: other, consensus: chosen }
}
