import type { EdgePlan, NodePlan } from '../../plan/manifest.ts'
import type { KnownDuties } from './duties.ts'

/** Nodes cut off together: more would rarely give a choice that fewer do not. */
const groupSizeMax = 3
/** Groups that are tried, the smallest first. */
const groupsMax = 2_000
/** Of the votes of a slot: a block in its own slot counts for so much more (`PROPOSER_SCORE_BOOST`). */
const proposerBoost = 0.4

/** How a reorg of a certain depth comes about: a group is cut off, builds its own branch, and loses it. */
export interface ReorgPlan {
  /** Nodes that are cut off, and whose head is reorged. */
  readonly group: readonly string[]
  /** Slot after which they are cut off: that of the common ancestor. */
  readonly ancestorSlot: number
  /** Slot of their last block. */
  readonly oldHeadSlot: number
  /** Slot in which they are connected again. */
  readonly healSlot: number
}

/** The groups that can be cut off: both they and the rest stay connected, and hold validators. */
export function groupsToCutOff(nodes: readonly NodePlan[], edges: readonly EdgePlan[]): string[][] {
  const holders = nodes.filter(({ validators }) => validators.count > 0)
  const total = holders.reduce((sum, { validators }) => sum + validators.count, 0)
  const names = nodes.map(({ name }) => name)
  const groups: string[][] = []
  for (const group of smallGroups(holders, groupSizeMax)) {
    if (groups.length >= groupsMax) break
    const stake = group.reduce((sum, { validators }) => sum + validators.count, 0)
    if (2 * stake > total || stake === total) continue
    const inside = group.map(({ name }) => name)
    const outside = names.filter((name) => !inside.includes(name))
    if (isConnected(inside, edges) && isConnected(outside, edges)) groups.push(inside)
  }
  return groups
}

/**
 * The earliest plan by which exactly `depth` slots are reorged out, if the duties known allow one: the group
 * proposes in the last of them, the others have more votes on their branch when it is healed, and the first
 * block after that is theirs. Every validator counts the same.
 */
export function planReorg(parameters: {
  readonly nodes: readonly NodePlan[]
  readonly groups: readonly (readonly string[])[]
  readonly duties: KnownDuties
  readonly depth: number
  /** First slot that can be the ancestor's. */
  readonly fromSlot: number
}): ReorgPlan | undefined {
  const { nodes, groups, duties, depth, fromSlot } = parameters
  const sides = groups.map((group) => ({ group, isInside: validatorsOf(nodes, group) }))
  for (let ancestorSlot = fromSlot; ancestorSlot + depth + 1 < duties.endSlot; ancestorSlot++) {
    for (const { group, isInside } of sides) {
      const oldHeadSlot = ancestorSlot + depth
      const healSlot = healSlotOf({ ancestorSlot, oldHeadSlot, duties, isInside })
      if (healSlot !== undefined) return { group, ancestorSlot, oldHeadSlot, healSlot }
    }
  }
  return undefined
}

function healSlotOf(plan: {
  readonly ancestorSlot: number
  readonly oldHeadSlot: number
  readonly duties: KnownDuties
  readonly isInside: (validator: number) => boolean
}): number | undefined {
  const { ancestorSlot, oldHeadSlot, duties, isInside } = plan
  const proposesInside = (slot: number) => isInside(duties.proposers.get(slot) ?? -1)
  if (!proposesInside(oldHeadSlot)) return undefined
  for (let slot = oldHeadSlot; slot + 1 < duties.endSlot; slot++) {
    // A later block of the group would become its head.
    if (proposesInside(slot + 1)) return undefined
    if (othersWin({ first: ancestorSlot + 1, last: slot, duties, isInside })) return slot
  }
  return undefined
}

/** Whether the others have the heavier branch, by votes of these slots, and by so much that a boost changes nothing. */
function othersWin(branches: {
  readonly first: number
  readonly last: number
  readonly duties: KnownDuties
  readonly isInside: (validator: number) => boolean
}): boolean {
  const { first, last, duties, isInside } = branches
  const slots = Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  const votes = (side: boolean) => {
    const begin = slots.find((slot) => isInside(duties.proposers.get(slot) ?? -1) === side)
    if (begin === undefined) return undefined
    const attesters = slots
      .filter((slot) => slot >= begin)
      .flatMap((slot) => duties.attesters.get(slot) ?? [])
    return new Set(attesters.filter((validator) => isInside(validator) === side)).size
  }
  const [inside, outside] = [votes(true), votes(false)]
  const perSlot = duties.attesters.get(last)?.length ?? 0
  return inside !== undefined && outside !== undefined && outside > inside + proposerBoost * perSlot
}

function validatorsOf(nodes: readonly NodePlan[], group: readonly string[]): (validator: number) => boolean {
  const ranges = nodes.filter(({ name }) => group.includes(name)).map(({ validators }) => validators)
  return (validator) => ranges.some(({ first, count }) => validator >= first && validator < first + count)
}

/** All choices of at most so many items, the smallest first. */
function* smallGroups<Item>(items: readonly Item[], sizeMax: number): Generator<Item[]> {
  for (let size = 1; size <= Math.min(sizeMax, items.length); size++) yield* groupsOf(items, size)
}

function* groupsOf<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  if (size === 0) return yield []
  for (const [position, item] of items.entries()) {
    for (const rest of groupsOf(items.slice(position + 1), size - 1)) yield [item, ...rest]
  }
}

function isConnected(names: readonly string[], edges: readonly EdgePlan[]): boolean {
  const [start] = names
  if (start === undefined) return false
  const reached = new Set([start])
  for (const name of reached) {
    for (const { a, b } of edges) {
      const other = a === name ? b : b === name ? a : undefined
      if (other !== undefined && names.includes(other)) reached.add(other)
    }
  }
  return reached.size === names.length
}
