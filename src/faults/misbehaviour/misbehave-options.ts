import type { Deed, DeedKind, DeedOrder } from '../../embedded/validator/deed.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { OptionError } from '../../plan/option-error.ts'
import { checkedNode } from '../checked-groups.ts'
import type { FaultParameters, FaultSpec } from '../fault.ts'
import { checkedDeed } from './checked-misconduct.ts'

/** Who misbehaves how and when. All validators of a node, or some, wherever they are. */
export interface MisbehaveOptions {
  /** Name of a node, or of several. */
  readonly node?: string | readonly string[] | undefined
  /** Validator indices. */
  readonly validators?: number | readonly number[] | undefined
  /** A kind stands for the deed with its defaults. @example { kind: 'late-block', byMs: 1500 } */
  readonly deed: Deed | DeedKind
  /** First slot. @default the next duty */
  readonly from?: number | undefined
  /** First slot in which they are honest again. @default none, until it is ended */
  readonly until?: number | undefined
}

/** What the validators of one node are told. */
export interface NodeOrder {
  readonly node: string
  readonly order: DeedOrder
}

/**
 * What was asked for, checked against the plan.
 *
 * @throws {OptionError}
 * @throws {UnknownNodeError}
 */
export function misbehaviourOf(manifest: Manifest, options: MisbehaveOptions): FaultSpec<'misbehaviour'> {
  const { from = 0, until } = options
  const deed = checkedDeed(typeof options.deed === 'string' ? { kind: options.deed } : options.deed)
  checkSlot('from', from)
  if (until !== undefined) checkSlot('until', until, from + 1)
  const validators = [...new Set(chosenValidators(manifest, options))]
  const what = { deed, validators, from, until }
  const nodes = ordersOf(manifest, what).map(({ node }) => node)
  return { kind: 'misbehaviour', parameters: { ...what, nodes } }
}

/** A misbehaviour as orders for the nodes that hold the validators. */
export function ordersOf(
  { nodes }: Manifest,
  { deed, validators, from, until }: Omit<FaultParameters['misbehaviour'], 'nodes'>,
): NodeOrder[] {
  return nodes.flatMap(({ name, validators: { first, count } }) => {
    const validatorIndices = validators.filter((index) => index >= first && index < first + count)
    const order = { deed, validatorIndices, fromSlot: from, untilSlot: until }
    return validatorIndices.length === 0 ? [] : [{ node: name, order }]
  })
}

function chosenValidators(manifest: Manifest, { node, validators }: MisbehaveOptions): readonly number[] {
  if ((node === undefined) === (validators === undefined)) {
    throw new OptionError({
      field: 'node',
      problem: 'either nodes or validators misbehave',
      given: node,
      allowed: 'one of `node` and `validators`',
    })
  }
  if (validators !== undefined) return checkedValidators(manifest, [validators].flat())
  const names = [node ?? []].flat().map((name) => checkedNode(name, manifest))
  const chosen = manifest.nodes.filter(({ name }) => names.includes(name))
  const indices = chosen.flatMap(({ validators: { first, count } }) =>
    Array.from({ length: count }, (_, offset) => first + offset),
  )
  if (indices.length > 0) return indices
  throw new OptionError({
    field: 'node',
    problem: 'it has no validators',
    given: node,
    allowed: 'a node with some',
  })
}

/** @throws {OptionError} */
export function checkedValidators(
  { nodes, validators }: Manifest,
  indices: readonly number[],
): readonly number[] {
  const held = (index: number) =>
    nodes.some(({ validators: { first, count } }) => index >= first && index < first + count)
  const unknown = indices.find((index) => !Number.isInteger(index) || !held(index))
  if (indices.length > 0 && unknown === undefined) return indices
  throw new OptionError({
    field: 'validators',
    problem: 'no node of the network holds such a key',
    given: unknown ?? indices,
    allowed: `indices from 0 to ${validators.count - 1}`,
  })
}

function checkSlot(field: string, slot: number, min = 0): void {
  if (Number.isSafeInteger(slot) && slot >= min) return
  throw new OptionError({ field, given: slot, allowed: `a slot, ${min} or later` })
}
