import { countOf } from './count-of.ts'
import {
  contiguousRanges,
  descendingWeights,
  distributeByWeight,
  distributeEvenly,
  distributeRandomly,
  distributeToOne,
  type ValidatorCounts,
} from './distribution.ts'
import { limits } from './limits.ts'
import type { NodePlan, ValidatorKeySource, ValidatorsPlan } from './manifest.ts'
import { checkMnemonic } from './mnemonic.ts'
import type { NodeDraft } from './node-drafts.ts'
import { resolveNode } from './node-reference.ts'
import { OptionError } from './option-error.ts'
import type { DistributionOption, NetworkOptions, ValidatorsOptions } from './options.ts'
import { randomSource } from './random.ts'

const defaultCount = 64
const defaultBalanceGwei = 32_000_000_000
const distributionField = 'validators.distribution'

interface PlannedValidators {
  readonly plan: ValidatorsPlan
  /** What each node holds, in node order. */
  readonly ranges: readonly NodePlan['validators'][]
}

/**
 * How many validators there are, their keys' source, and which indices each node holds.
 *
 * @throws OptionError when the numbers do not fit together.
 */
export function planValidators(
  options: Pick<NetworkOptions, 'validators' | 'validatorBalanceGwei'>,
  nodes: readonly NodeDraft[],
  seed: number,
): PlannedValidators {
  const { validators = {} } = options
  const given = typeof validators === 'number' ? { count: validators } : validators
  const counts = countPerNode(given, nodes, seed)
  return {
    plan: {
      count: sum(counts),
      balanceGwei: options.validatorBalanceGwei ?? defaultBalanceGwei,
      keys: keySource(given.keys),
    },
    ranges: contiguousRanges(counts),
  }
}

function countPerNode(
  { count, distribution = 'even' }: ValidatorsOptions,
  nodes: readonly NodeDraft[],
  seed: number,
): ValidatorCounts {
  if (isList(distribution)) return explicitCounts(distribution, count, nodes)
  const own = nodes.map((node) => node.validators ?? 0)
  const ownSum = sum(own)
  const sharing = nodes.flatMap((node, position) => (node.validators === undefined ? [position] : []))
  if (sharing.length === 0) return checkedSum(own, count, 'nodes')

  const total = count ?? defaultCount
  if (ownSum > total) {
    throw new OptionError({
      field: 'validators.count',
      problem: `the nodes that give their own number hold ${countOf(ownSum, 'validator')} already`,
      given: total,
      allowed: `an integer from ${ownSum} to ${limits.validators}`,
    })
  }
  const counts = [...own]
  const shares = shareOut(total - ownSum, distribution, nodes, sharing, seed)
  for (const [share, position] of sharing.entries()) counts[position] = shares[share] ?? 0
  return counts
}

/** Shares of the nodes at the given positions, in that order. */
function shareOut(
  total: number,
  distribution: Exclude<DistributionOption, readonly number[]>,
  nodes: readonly NodeDraft[],
  sharing: readonly number[],
  seed: number,
): ValidatorCounts {
  switch (distribution) {
    case 'even':
      return distributeEvenly(total, sharing.length)
    case 'weighted':
      return distributeByWeight(total, descendingWeights(sharing.length))
    case 'single':
      return distributeToOne(total, sharing.length, 0)
    case 'random':
      return distributeRandomly(total, sharing.length, randomSource('distribution', seed))
  }
  if (distribution.kind === 'weighted') {
    return distributeByWeight(total, checkedWeights(distribution.weights, nodes))
  }
  const holder = resolveNode(
    distribution.node,
    nodes.map((node) => node.name),
    `${distributionField}.node`,
  )
  if (!sharing.includes(holder)) {
    throw new OptionError({
      field: `${distributionField}.node`,
      problem: `${nodes[holder]?.field} gives this node a number of its own`,
      given: distribution.node,
      allowed: 'a node without a number of its own',
    })
  }
  return distributeToOne(total, sharing.length, sharing.indexOf(holder))
}

function checkedWeights(weights: readonly number[], nodes: readonly NodeDraft[]): readonly number[] {
  const field = `${distributionField}.weights`
  checkOnePerNode(weights, nodes, field)
  if (sum(weights) > 0) return weights
  throw new OptionError({
    field,
    problem: 'all weights are 0',
    given: weights,
    allowed: 'at least one weight above 0',
  })
}

function explicitCounts(
  counts: readonly number[],
  count: number | undefined,
  nodes: readonly NodeDraft[],
): ValidatorCounts {
  checkOnePerNode(counts, nodes, distributionField)
  return checkedSum(counts, count, distributionField)
}

/** A list with a number for each node leaves no room for nodes that give their own. */
function checkOnePerNode(numbers: readonly number[], nodes: readonly NodeDraft[], field: string): void {
  const own = nodes.find((node) => node.validators !== undefined)
  if (own !== undefined) {
    throw new OptionError({
      field,
      problem: `${own.field}.validators gives that node a number already`,
      given: numbers,
      allowed: "'even', 'weighted', 'single' or 'random', for the nodes that give no number",
    })
  }
  if (numbers.length === nodes.length) return
  throw new OptionError({
    field,
    problem: `it has ${countOf(numbers.length, 'number')} for ${countOf(nodes.length, 'node')}`,
    given: numbers,
    allowed: `a list of ${countOf(nodes.length, 'integer')}, one for each node`,
  })
}

/** @throws OptionError unless the numbers add up to the count, where there is one, and are in bounds. */
function checkedSum(counts: ValidatorCounts, count: number | undefined, field: string): ValidatorCounts {
  const total = sum(counts)
  if (count !== undefined && total !== count) {
    throw new OptionError({
      field: 'validators.count',
      problem: `the numbers of ${field} add up to ${total}`,
      given: count,
      allowed: `${total}, or leave it out`,
    })
  }
  if (total >= 1 && total <= limits.validators) return counts
  throw new OptionError({
    field,
    problem: `it makes ${countOf(total, 'validator')} in all`,
    allowed: `1 to ${limits.validators} validators`,
  })
}

function keySource(keys: ValidatorsOptions['keys']): ValidatorKeySource {
  if (keys === undefined || keys === 'interop') return { kind: 'interop' }
  return { kind: 'mnemonic', mnemonic: checkMnemonic(keys.mnemonic, 'validators.keys.mnemonic') }
}

function isList(distribution: DistributionOption): distribution is readonly number[] {
  return Array.isArray(distribution)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
