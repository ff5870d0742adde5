import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contiguousRanges,
  descendingWeights,
  distributeByWeight,
  distributeEvenly,
  distributeRandomly,
  distributeToOne,
  type ValidatorCounts,
} from '../../../src/plan/distribution.ts'
import { randomSource } from '../../../src/plan/random.ts'

const nodeCount = fc.integer({ min: 1, max: 200 })
const validatorCount = fc.integer({ min: 0, max: 5000 })
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })

function sum(counts: ValidatorCounts): number {
  return counts.reduce((total, count) => total + count, 0)
}

describe('every strategy', () => {
  const strategies: Record<string, (total: number, nodes: number, seed: number) => ValidatorCounts> = {
    even: distributeEvenly,
    weighted: (total, nodes) => distributeByWeight(total, descendingWeights(nodes)),
    single: (total, nodes, seed) => distributeToOne(total, nodes, seed % nodes),
    random: (total, nodes, seed) => distributeRandomly(total, nodes, randomSource('distribution', seed)),
  }

  test.each(Object.entries(strategies))(
    '%s hands out exactly the total, once for the same seed',
    (_, distribute) => {
      fc.assert(
        fc.property(validatorCount, nodeCount, seed, (total, nodes, seed) => {
          const counts = distribute(total, nodes, seed)
          expect(counts).toHaveLength(nodes)
          expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true)
          expect(sum(counts)).toBe(total)
          expect(distribute(total, nodes, seed)).toEqual(counts)
        }),
      )
    },
  )
})

test('even counts differ by one at most, and the first nodes hold the remainder', () => {
  fc.assert(
    fc.property(validatorCount, nodeCount, (total, nodes) => {
      const counts = distributeEvenly(total, nodes)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      expect(counts).toEqual([...counts].sort((a, b) => b - a))
    }),
  )
  expect(distributeEvenly(10, 4)).toEqual([3, 3, 2, 2])
})

describe('weighted', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 })
    .filter((list) => list.some((weight) => weight > 0))

  test('keeps the quota rule: everyone gets their exact share, rounded down or up', () => {
    fc.assert(
      fc.property(validatorCount, weights, (total, list) => {
        const weightSum = BigInt(list.reduce((all, weight) => all + weight, 0))
        const counts = distributeByWeight(total, list)
        expect(sum(counts)).toBe(total)
        const breaches = list.filter((weight, node) => {
          const product = BigInt(total) * BigInt(weight)
          const down = Number(product / weightSum)
          const up = product % weightSum === 0n ? down : down + 1
          return counts[node] !== down && counts[node] !== up
        })
        expect(breaches).toEqual([])
      }),
    )
  })

  test('never gives a heavier node less than a lighter one', () => {
    fc.assert(
      fc.property(validatorCount, nodeCount, (total, nodes) => {
        const counts = distributeByWeight(total, descendingWeights(nodes))
        expect(counts).toEqual([...counts].sort((a, b) => b - a))
      }),
    )
  })

  test('gives what is left to the largest fractions, earlier nodes first', () => {
    expect(distributeByWeight(20, [4, 3, 2, 1])).toEqual([8, 6, 4, 2])
    // Shares 3.33, 3.33, 3.33: one is left, and the fractions are equal.
    expect(distributeByWeight(10, [1, 1, 1])).toEqual([4, 3, 3])
    // Shares 5.71, 0.57, 0.71 of 7: two are left.
    expect(distributeByWeight(7, [40, 4, 5])).toEqual([6, 0, 1])
  })

  test('keeps exact shares exact at the largest weights allowed', () => {
    expect(distributeByWeight(100_000, [1_000_000, 1_000_000, 0])).toEqual([50_000, 50_000, 0])
  })
})

test('single puts all on the one node', () => {
  expect(distributeToOne(20, 4, 2)).toEqual([0, 0, 20, 0])
})

describe('random', () => {
  const random = (seed: number) => distributeRandomly(1000, 4, randomSource('distribution', seed))

  test('depends on the seed', () => {
    expect(random(1)).not.toEqual(random(2))
  })

  test('favours no node', () => {
    const totals = [0, 0, 0, 0]
    for (let seed = 0; seed < 100; seed++) {
      for (const [node, count] of random(seed).entries()) totals[node] = (totals[node] ?? 0) + count
    }
    // 25,000 each, with a standard deviation of 137.
    for (const total of totals) expect(Math.abs(total - 25_000)).toBeLessThan(5 * 137)
  })
})

test('ranges are contiguous, in node order, and cover every index once', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(counts, (list) => {
      const ranges = contiguousRanges(list)
      const indices = ranges.flatMap(({ first, count }) =>
        Array.from({ length: count }, (_, offset) => first + offset),
      )
      expect(indices).toEqual(Array.from({ length: sum(list) }, (_, index) => index))
      expect(ranges.map((range) => range.count)).toEqual(list)
    }),
  )
})
