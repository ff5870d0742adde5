import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draftNodes } from '../../../src/plan/node-drafts.ts'
import type { NetworkOptions, NodeOptions } from '../../../src/plan/options.ts'
import { planValidators } from '../../../src/plan/validators.ts'
import { fakeRegistry } from './fake-registry.ts'
import { refusal } from './refusal.ts'

type Nodes = number | NodeOptions[]

function plan(validators: NetworkOptions['validators'], nodes: Nodes = 4, seed = 1) {
  return planValidators({ validators }, draftNodes(nodes, fakeRegistry), seed)
}

function counts(validators: NetworkOptions['validators'], nodes: Nodes = 4, seed = 1): number[] {
  return plan(validators, nodes, seed).ranges.map((range) => range.count)
}

describe('20 validators over 4 nodes', () => {
  test.each<[NetworkOptions['validators'], number[]]>([
    [20, [5, 5, 5, 5]],
    [{ count: 20, distribution: 'even' }, [5, 5, 5, 5]],
    [{ count: 20, distribution: 'weighted' }, [8, 6, 4, 2]],
    [{ count: 20, distribution: { kind: 'weighted', weights: [0, 1, 1, 3] } }, [0, 4, 4, 12]],
    [{ count: 20, distribution: 'single' }, [20, 0, 0, 0]],
    [{ count: 20, distribution: { kind: 'single', node: 'node-2' } }, [0, 0, 20, 0]],
    [{ count: 20, distribution: [1, 2, 3, 14] }, [1, 2, 3, 14]],
    [{ distribution: [1, 2, 3, 14] }, [1, 2, 3, 14]],
  ])('%j', (validators, expected) => {
    expect(counts(validators)).toEqual(expected)
    expect(plan(validators).plan.count).toBe(20)
  })

  test('at random, from the seed', () => {
    const random = (seed: number) => counts({ count: 20, distribution: 'random' }, 4, seed)
    expect(random(1)).toEqual(random(1))
    expect(new Set([1, 2, 3, 4, 5].map((seed) => random(seed).join())).size).toBeGreaterThan(1)
    expect(random(1).reduce((sum, count) => sum + count)).toBe(20)
  })
})

test('by default 64, spread evenly, with 32 ETH and interop keys', () => {
  expect(counts(undefined)).toEqual([16, 16, 16, 16])
  expect(plan(undefined).plan).toEqual({
    count: 64,
    balanceGwei: 32_000_000_000,
    keys: { kind: 'interop' },
  })
})

test('fewer validators than nodes leave the last nodes without', () => {
  expect(counts(1)).toEqual([1, 0, 0, 0])
})

describe('nodes that give their own number', () => {
  test('keep it, and the others share the rest', () => {
    expect(counts(20, [{ validators: 10 }, { count: 3 }])).toEqual([10, 4, 3, 3])
    expect(counts({ count: 20, distribution: 'weighted' }, [{}, { validators: 11 }, {}])).toEqual([6, 11, 3])
    expect(counts({ count: 20, distribution: 'single' }, [{ validators: 5 }, {}, {}])).toEqual([5, 15, 0])
    const single = { kind: 'single', node: 2 } as const
    expect(counts({ count: 20, distribution: single }, [{ validators: 5 }, {}, {}])).toEqual([5, 0, 15])
    expect(counts(10, [{ validators: 10 }, {}])).toEqual([10, 0])
  })

  test('give the total when all of them do', () => {
    expect(counts(undefined, [{ validators: 3, count: 2 }, { validators: 0 }])).toEqual([3, 3, 0])
    expect(counts(6, [{ validators: 3, count: 2 }, { validators: 0 }])).toEqual([3, 3, 0])
  })

  test('always add up with the others to the total', () => {
    const node = fc.record({ validators: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }) })
    const nodes = fc
      .array(node, { minLength: 1, maxLength: 40 })
      .filter((list) => list.some(({ validators }) => validators === undefined))
    const distribution = fc.constantFrom('even', 'weighted', 'single', 'random')
    fc.assert(
      fc.property(nodes, distribution, fc.nat(), (nodes, distribution, seed) => {
        const { plan: planned, ranges } = plan({ count: 400, distribution }, nodes, seed)
        expect(planned.count).toBe(400)
        expect(ranges.reduce((sum, range) => sum + range.count, 0)).toBe(400)
        for (const [position, { validators }] of nodes.entries()) {
          if (validators !== undefined) expect(ranges[position]?.count).toBe(validators)
        }
      }),
    )
  })
})

describe('refuses', () => {
  test.each<[string, NetworkOptions['validators'], Nodes, string]>([
    ['a list that is too short', { distribution: [1, 2] }, 4, 'validators.distribution'],
    ['a list that is too long', { distribution: [1, 2, 3, 4, 5] }, 4, 'validators.distribution'],
    ['an empty list', { distribution: [] }, 4, 'validators.distribution'],
    ['a list with another sum', { count: 5, distribution: [1, 2, 3, 4] }, 4, 'validators.count'],
    ['a list of zeros', { distribution: [0, 0, 0, 0] }, 4, 'validators.distribution'],
    ['a list with too large a sum', { distribution: [60_000, 60_000] }, 2, 'validators.distribution'],
    [
      'weights for fewer nodes',
      { distribution: { kind: 'weighted', weights: [1, 2, 3] } },
      4,
      'validators.distribution.weights',
    ],
    [
      'weights of zero',
      { distribution: { kind: 'weighted', weights: [0, 0, 0, 0] } },
      4,
      'validators.distribution.weights',
    ],
    [
      'a single node that does not exist',
      { distribution: { kind: 'single', node: 4 } },
      4,
      'validators.distribution.node',
    ],
    [
      'a single node with its own number',
      { distribution: { kind: 'single', node: 0 } },
      [{ validators: 2 }, {}],
      'validators.distribution.node',
    ],
    [
      'a list next to own numbers',
      { distribution: [1, 2] },
      [{ validators: 1 }, {}],
      'validators.distribution',
    ],
    [
      'weights next to own numbers',
      { distribution: { kind: 'weighted', weights: [1, 2] } },
      [{}, { validators: 1 }],
      'validators.distribution.weights',
    ],
    ['own numbers above the total', 5, [{ validators: 6 }, {}], 'validators.count'],
    ['own numbers with another sum', 7, [{ validators: 6 }], 'validators.count'],
    ['no validators at all', undefined, [{ validators: 0 }], 'nodes'],
    ['a mnemonic that is none', { keys: { mnemonic: 'test junk' } }, 1, 'validators.keys.mnemonic'],
  ])('%s', (_, validators, nodes, field) => {
    const error = refusal(() => plan(validators, nodes))
    expect(error.field).toBe(field)
    expect(error.code).toBe('option-invalid')
  })
})

test('keys may come from a mnemonic', () => {
  const mnemonic = 'test test test test test test test test test test test junk'
  expect(plan({ keys: { mnemonic } }).plan.keys).toEqual({ kind: 'mnemonic', mnemonic })
})
