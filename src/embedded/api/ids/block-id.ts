import type { Root } from '../../fork-choice/types.ts'
import { badParameter } from '../errors.ts'
import { readUint } from '../http/parameters.ts'

/** How a request names a block (Beacon APIs, `block_id`). */
export type BlockId = 'head' | 'genesis' | 'finalized' | { readonly slot: number } | { readonly root: Root }

/** How a request names a state (Beacon APIs, `state_id`). A root is that of the state. */
export type StateId = BlockId | 'justified'

const blockNames = ['head', 'genesis', 'finalized'] as const
const stateNames = [...blockNames, 'justified'] as const

/** @throws BeaconApiError 400 */
export function readBlockId(id: string | number): BlockId {
  return readId('block_id', String(id), blockNames)
}

/** @throws BeaconApiError 400 */
export function readStateId(id: string | number): StateId {
  return readId('state_id', String(id), stateNames)
}

function readId<Name extends string>(
  parameter: string,
  text: string,
  names: readonly Name[],
): Name | { slot: number } | { root: Root } {
  const named = names.find((candidate) => candidate === text)
  if (named !== undefined) return named
  if (isRoot(text)) return { root: text.toLowerCase() }
  if (/^\d+$/.test(text)) return { slot: readUint(parameter, text) }
  throw badParameter(parameter, text, `${names.join(', ')}, a slot, or a root of 0x and 64 digits`)
}

function isRoot(text: string): boolean {
  return /^0x[0-9a-f]{64}$/i.test(text)
}

/** @throws BeaconApiError 400 */
export function readRoot(parameter: string, text: string): Root {
  if (isRoot(text)) return text.toLowerCase()
  throw badParameter(parameter, text, 'a root of 0x and 64 hexadecimal digits')
}
