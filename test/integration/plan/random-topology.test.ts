import fc from 'fast-check'
import { expect, test } from 'vitest'
import { degreesOf, expectSimple, isConnected, planGraph } from '../../unit/plan/graph.ts'

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })

const nodesAndDegree = fc
  .integer({ min: 3, max: 200 })
  .chain((nodes) => fc.tuple(fc.constant(nodes), fc.integer({ min: 2, max: nodes - 1 })))

test('random: everyone has the degree; where that is impossible, one node has one less', () => {
  fc.assert(
    fc.property(nodesAndDegree, seed, ([nodes, degree], seed) => {
      const edges = planGraph({ kind: 'random', degree }, nodes, seed)
      const fewer = degreesOf(nodes, edges).filter((own) => own !== degree)
      expect(fewer).toEqual((nodes * degree) % 2 === 0 ? [] : [degree - 1])
      expectSimple(edges, nodes)
      expect(isConnected(nodes, edges)).toBe(true)
    }),
  )
})
