import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TopologyOption } from '../../../src/plan/options.ts'
import { planTopology } from '../../../src/plan/topology.ts'
import { codesOf, degreesOf, expectSimple, isAscending, isConnected, planGraph as plan } from './graph.ts'
import { refusal } from './refusal.ts'

const nodeCount = fc.integer({ min: 1, max: 200 })
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe.each<TopologyOption & string>(['full-mesh', 'star', 'ring', 'line', 'random'])(
  '%s, 1 to 200 nodes',
  (topology) => {
    test('is connected, without loops and repeated edges, in ascending order, the same each time', () => {
      fc.assert(
        fc.property(nodeCount, seed, (nodes, seed) => {
          const edges = plan(topology, nodes, seed)
          expectSimple(edges, nodes)
          expect(isConnected(nodes, edges)).toBe(true)
          const codes = codesOf(edges, nodes)
          expect(isAscending(codes)).toBe(true)
          expect(isDeepStrictEqual(codesOf(plan(topology, nodes, seed), nodes), codes)).toBe(true)
        }),
      )
    })
  },
)

describe('degrees, 3 to 200 nodes', () => {
  const manyNodes = fc.integer({ min: 3, max: 200 })

  test('full mesh: everyone has all others', () => {
    fc.assert(
      fc.property(manyNodes, (nodes) => {
        expect(new Set(degreesOf(nodes, plan('full-mesh', nodes)))).toEqual(new Set([nodes - 1]))
      }),
    )
  })

  test('star: the hub has all others, and they have the hub', () => {
    fc.assert(
      fc.property(manyNodes, seed, (nodes, seed) => {
        const hub = seed % nodes
        const degrees = degreesOf(nodes, plan({ kind: 'star', hub }, nodes))
        expect(degrees[hub]).toBe(nodes - 1)
        expect(degrees.filter((degree) => degree === 1)).toHaveLength(nodes - 1)
      }),
    )
  })

  test('ring: everyone has two; line: the ends have one', () => {
    fc.assert(
      fc.property(manyNodes, (nodes) => {
        expect(new Set(degreesOf(nodes, plan('ring', nodes)))).toEqual(new Set([2]))
        const degrees = degreesOf(nodes, plan('line', nodes))
        expect([degrees.at(0), degrees.at(-1)]).toEqual([1, 1])
        expect(new Set(degrees.slice(1, -1))).toEqual(new Set([2]))
      }),
    )
  })
})

describe('random', () => {
  test('has four peers each unless asked, or all others where there are fewer', () => {
    expect(new Set(degreesOf(50, plan('random', 50)))).toEqual(new Set([4]))
    expect(new Set(degreesOf(50, plan({ kind: 'random' }, 50)))).toEqual(new Set([4]))
    expect(plan('random', 4)).toEqual(plan('full-mesh', 4))
    expect(plan('random', 2)).toEqual([[0, 1]])
    expect(plan('random', 1)).toEqual([])
  })

  test('depends on the seed', () => {
    expect(plan('random', 20, 1)).not.toEqual(plan('random', 20, 2))
  })

  test('is well mixed: no node prefers another', () => {
    // In 200 graphs of 20 nodes and degree 4, a pair is an edge 200 * 4 / 19 = 42 times, deviation 5.8.
    const times = new Array<number>(20).fill(0)
    for (let seed = 0; seed < 200; seed++) {
      for (const [a, b] of plan('random', 20, seed)) if (a === 0) times[b] = (times[b] ?? 0) + 1
    }
    expect(Math.min(...times.slice(1))).toBeGreaterThan(42 - 5 * 5.8)
    expect(Math.max(...times.slice(1))).toBeLessThan(42 + 5 * 5.8)
  })

  test('is more than a shuffled circulant graph, which has short cycles everywhere', () => {
    const edges = plan({ kind: 'random', degree: 4 }, 100)
    const has = (a: number, b: number) => edges.some(([c, d]) => (c === a && d === b) || (c === b && d === a))
    const neighbours = (node: number) => edges.flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []))
    const triangles = edges.flatMap(([a, b]) => neighbours(a).filter((c) => c !== b && has(b, c))).length / 3
    // The circulant graph with offsets 1 and 2 has 100; a random one of degree 4 about 4.5.
    expect(triangles).toBeLessThan(30)
  })

  test('refuses a degree that cannot connect the nodes, or that they are too few for', () => {
    const cases: [number, number, string][] = [
      [3, 1, 'an integer from 2 to 2'],
      [4, 4, 'an integer from 2 to 3'],
      [10, 1, 'an integer from 2 to 9'],
      [2, 2, '1'],
      [1, 1, '0'],
    ]
    for (const [nodes, degree] of cases) {
      const error = refusal(() => plan({ kind: 'random', degree }, nodes))
      expect(error.field).toBe('topology.degree')
      expect(error.facts.given).toBe(degree)
    }
    expect(refusal(() => plan({ kind: 'random', degree: 4 }, 4)).facts.allowed).toBe('an integer from 2 to 3')
    expect(refusal(() => plan({ kind: 'random', degree: 2 }, 2)).facts.allowed).toBe('1')
  })
})

describe('small networks', () => {
  test.each<TopologyOption & string>(['full-mesh', 'star', 'ring', 'line', 'random'])(
    '%s of one node has no edge, of two nodes one',
    (topology) => {
      expect(plan(topology, 1)).toEqual([])
      expect(plan(topology, 2)).toEqual([[0, 1]])
    },
  )
})

describe('explicit edges', () => {
  test('name nodes by index or by name, and come out sorted', () => {
    const edges = plan(
      {
        edges: [
          ['node-2', 1],
          [1, 'node-0'],
          [3, 2],
        ],
      },
      4,
    )
    expect(edges).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ])
  })

  test.each<[string, TopologyOption, string]>([
    [
      'an edge from a node to itself',
      {
        edges: [
          [0, 1],
          ['node-1', 1],
        ],
      },
      'topology.edges[1]',
    ],
    [
      'an edge twice',
      {
        edges: [
          [0, 1],
          [1, 2],
          [0, 1],
        ],
      },
      'topology.edges[2]',
    ],
    [
      'an edge twice, once from each end',
      {
        edges: [
          [0, 1],
          [1, 2],
          [1, 0],
        ],
      },
      'topology.edges[2]',
    ],
    [
      'an unknown name',
      {
        edges: [
          [0, 1],
          [1, 'node-9'],
        ],
      },
      'topology.edges[1][1]',
    ],
    [
      'an index out of range',
      {
        edges: [
          [0, 1],
          [3, 2],
        ],
      },
      'topology.edges[1][0]',
    ],
    ['a disconnected graph', { edges: [[0, 1]] }, 'topology.edges'],
    ['no edges at all', { edges: [] }, 'topology.edges'],
  ])('refuse %s', (_, topology, field) => {
    expect(refusal(() => plan(topology, 3)).field).toBe(field)
  })

  test('show the groups of a disconnected graph and how to allow it', () => {
    const topology = {
      edges: [
        [0, 2],
        [1, 3],
      ],
    } as const
    const { message } = refusal(() => plan(topology, 4))
    expect(message).toContain('2 groups')
    expect(message).toContain('  node-0, node-2\n  node-1, node-3')
    expect(message).toContain('topology.allowDisconnected: true')
    expect(plan({ ...topology, allowDisconnected: true }, 4)).toEqual([
      [0, 2],
      [1, 3],
    ])
    expect(plan({ edges: [], allowDisconnected: true }, 2)).toEqual([])
  })

  test('suggest the name that was meant', () => {
    const names = ['alice', 'bob']
    const error = refusal(() => planTopology({ edges: [['alise', 'bob']] }, names, 1))
    expect(error.facts.nearest).toBe('alice')
  })

  test('refuse exactly the graphs that are disconnected', () => {
    const graph = fc.integer({ min: 2, max: 12 }).chain((nodes) => {
      const node = fc.integer({ min: 0, max: nodes - 1 })
      const edge = fc.tuple(node, node).filter(([a, b]) => a < b)
      const edges = fc.uniqueArray(edge, { selector: ([a, b]) => a * nodes + b, maxLength: 20 })
      return fc.tuple(fc.constant(nodes), edges)
    })
    fc.assert(
      fc.property(graph, ([nodes, edges]) => {
        const planned = () => plan({ edges }, nodes)
        if (isConnected(nodes, edges)) expect(planned()).toHaveLength(edges.length)
        else expect(refusal(planned).field).toBe('topology.edges')
      }),
    )
  })
})

test('a star takes its hub by index or by name, node 0 unless given', () => {
  expect(plan({ kind: 'star', hub: 'node-2' }, 3)).toEqual([
    [0, 2],
    [1, 2],
  ])
  expect(plan({ kind: 'star' }, 3)).toEqual(plan('star', 3))
  expect(refusal(() => plan({ kind: 'star', hub: 3 }, 3)).field).toBe('topology.hub')
})

test('a mesh with more edges than there are addresses for is refused', () => {
  expect(plan('full-mesh', 361)).toHaveLength(64_980)
  const error = refusal(() => plan('full-mesh', 362))
  expect(error.field).toBe('topology')
  expect(error.message).toContain('65341 edges')
})
