import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byStake, nodesByStake } from '../../../src/faults/by-stake.ts'
import type { NodePlan } from '../../../src/plan/manifest.ts'
import { examplePlan } from '../support/example-plan.ts'

const [template] = examplePlan({ nodes: 1, validators: 4 }).nodes
if (template === undefined) throw new Error('a plan has nodes')

/** Nodes with so many validators each. */
function holders(counts: readonly number[]): NodePlan[] {
  return counts.map((count, index) => ({
    ...(template as NodePlan),
    name: `node-${index}`,
    validators: { first: 0, count },
  }))
}

it.each([
  ['a quarter each', [16, 16, 16, 16], 1 / 3, ['node-3']],
  ['exactly the share', [21, 21, 21], 1 / 3, ['node-2']],
  ['several small ones that fit better than a large one', [40, 8, 8, 8], 1 / 3, ['node-2', 'node-3']],
  ['nobody without stake', [32, 0, 16, 16], 1 / 4, ['node-3']],
  ['half', [16, 16, 16, 16], 0.5, ['node-2', 'node-3']],
])('chooses as much stake as fits: %s', (_, counts, minority, chosen) => {
  expect(nodesByStake(byStake({ minority }), holders(counts))).toEqual(chosen)
})

it('says each node’s share when none is small enough', () => {
  expect(() => nodesByStake(byStake({ minority: 1 / 3 }), holders([6, 4]))).toThrow(
    expect.objectContaining({
      code: 'fault-invalid',
      message: expect.stringMatching(/33.3 %[\s\S]*node-0 60 %, node-1 40 %/),
    }),
  )
})

it.each([0, 1, -1, Number.NaN, '1/3' as never])('takes no share of %j', (minority) => {
  expect(() => nodesByStake(byStake({ minority }), holders([1, 1]))).toThrow(
    expect.objectContaining({ code: 'fault-invalid' }),
  )
})

it('never takes more than the share, nor less than any other choice would', () => {
  const anyCounts = fc.array(fc.nat({ max: 12 }), { minLength: 2, maxLength: 7 })
  fc.assert(
    fc.property(anyCounts, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (counts, minority) => {
      const total = counts.reduce((sum, count) => sum + count, 0)
      const sums = [0]
      for (const count of counts) sums.push(...sums.map((sum) => sum + count))
      const best = Math.max(...sums.filter((sum) => sum / total <= minority), 0)
      const nodes = holders(counts)
      if (best === 0) {
        expect(() => nodesByStake({ minority }, nodes)).toThrow()
        return
      }
      const chosen = nodesByStake({ minority }, nodes)
      const held = nodes
        .filter(({ name }) => chosen.includes(name))
        .reduce((sum, node) => sum + node.validators.count, 0)
      expect(held).toBe(best)
    }),
  )
})
