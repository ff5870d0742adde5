import type { NodePlan } from '../plan/manifest.ts'
import { FaultError } from './errors.ts'

/** Nodes chosen by the stake that they hold. Made by {@link byStake}. */
export interface StakeSelection {
  /** Share of all stake that the chosen nodes hold at most, above 0 and below 1. */
  readonly minority: number
}

/**
 * Chooses nodes by stake instead of by name: those that together hold as much of it as possible, but at most
 * the given share. All validators count the same, as they do at genesis. Of several choices it takes later
 * nodes, since the first ones are often a topology's hub.
 *
 * A chain finalizes with two thirds of the stake: cut off at most a third and the others go on finalizing.
 *
 * @example
 * await using cut = await network.partition(byStake({ minority: 1 / 3 }))
 */
export function byStake(selection: StakeSelection): StakeSelection {
  return { minority: selection.minority }
}

export function isStakeSelection(value: unknown): value is StakeSelection {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'minority' in value
}

/** Validators that can be told apart in a sum; the plan allows fewer. */
const validatorsMax = 1_000_000

/**
 * Names of the nodes that are meant, in their order.
 *
 * @throws {FaultError} when there is no such choice.
 */
export function nodesByStake({ minority }: StakeSelection, nodes: readonly NodePlan[]): string[] {
  if (typeof minority !== 'number' || !(minority > 0 && minority < 1)) {
    throw new FaultError({
      code: 'fault-invalid',
      problem: `A minority cannot hold ${String(minority)} of the stake.`,
      details: ['Give a share above 0 and below 1, such as 1 / 3.'],
      facts: { minority },
    })
  }
  const holders = nodes.filter(({ validators }) => validators.count > 0)
  const total = holders.reduce((sum, { validators }) => sum + validators.count, 0)
  const chosen = largestSum(holders, (sum) => sum / total <= minority, Math.min(total, validatorsMax))
  if (chosen.length > 0) return nodes.filter((node) => chosen.includes(node)).map(({ name }) => name)
  const shares = holders.map(({ name, validators }) => `${name} ${percent(validators.count / total)}`)
  throw new FaultError({
    code: 'fault-invalid',
    problem: `No node holds ${percent(minority)} of the stake or less.`,
    details: [`Shares: ${shares.join(', ')}`, 'Give a larger share, or name the nodes.'],
    facts: {
      minority,
      validators: Object.fromEntries(holders.map(({ name, validators }) => [name, validators.count])),
    },
  })
}

/**
 * Nodes with the largest sum of validators that fits: for each sum that can be reached, the node by which it
 * was reached first leads back to a smaller sum that was reached by other nodes.
 */
function largestSum(holders: readonly NodePlan[], fits: (sum: number) => boolean, total: number): NodePlan[] {
  const reachedBy: (NodePlan | undefined)[] = new Array(total + 1)
  for (const node of [...holders].reverse()) {
    const { count } = node.validators
    for (let sum = total; sum >= count; sum--) {
      const isReachable = sum === count || reachedBy[sum - count] !== undefined
      if (isReachable && reachedBy[sum] === undefined) reachedBy[sum] = node
    }
  }
  const chosen: NodePlan[] = []
  let sum = total
  while (sum > 0 && !(fits(sum) && reachedBy[sum] !== undefined)) sum--
  for (let node = reachedBy[sum]; node !== undefined; node = reachedBy[sum]) {
    chosen.push(node)
    sum -= node.validators.count
  }
  return chosen
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
