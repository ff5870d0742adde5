import { nearestOf } from './nearest.ts'
import { OptionError } from './option-error.ts'
import type { NodeReference } from './options.ts'
import { printList } from './print-list.ts'

/**
 * Position of the node that is meant by an index or a name.
 *
 * @throws OptionError when there is no such node.
 */
export function resolveNode(reference: NodeReference, names: readonly string[], field: string): number {
  const position = typeof reference === 'number' ? reference : names.indexOf(reference)
  if (position >= 0 && position < names.length) return position
  throw new OptionError({
    field,
    problem: 'there is no such node',
    given: reference,
    allowed: `${printList(names)}, or an index from 0 to ${names.length - 1}`,
    nearest: nearestOf(reference, names),
  })
}
