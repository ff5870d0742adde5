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
