import type { ClientCapabilities } from './capabilities.ts'
import type { EdgePlan, LinkKind } from './manifest.ts'
import { OptionError } from './option-error.ts'

/** One end of an edge: a node, as far as its links go. */
export interface EdgeEnd {
  readonly name: string
  readonly execution: ClientCapabilities
  readonly consensus: ClientCapabilities
}

/**
 * How two nodes are connected, on each layer for itself.
 *
 * @param field path of the option that connects them
 * @throws OptionError when the clients of a layer have no kind of link in common.
 */
export function edgeLinks(a: EdgeEnd, b: EdgeEnd, field: string): EdgePlan['links'] {
  return { execution: linkOf('execution', a, b, field), consensus: linkOf('consensus', a, b, field) }
}

/** In-process links cost less and can do more, so they are taken wherever both ends have them. */
function linkOf(layer: 'execution' | 'consensus', a: EdgeEnd, b: EdgeEnd, field: string): LinkKind {
  const isShared = (kind: LinkKind) => a[layer].links.includes(kind) && b[layer].links.includes(kind)
  if (isShared('in-process')) return 'in-process'
  if (isShared('sockets')) return 'sockets'
  throw new OptionError({
    code: 'option-unsupported',
    field,
    problem: `${a.name} and ${b.name} cannot be connected: ${describe(a[layer])}, and ${describe(b[layer])}`,
    given: b[layer].name,
    allowed: `an edge between ${layer} clients with a kind of link in common`,
  })
}

function describe({ name, links }: ClientCapabilities): string {
  return `${name} has ${links.join(' and ')} links`
}
