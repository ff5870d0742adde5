import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capabilityRegistry } from '../../../src/clients/registry.ts'
import type { LinkKind } from '../../../src/plan/manifest.ts'
import type { NetworkOptions, NodeOptions } from '../../../src/plan/options.ts'
import { planNetwork } from '../../../src/plan/plan-network.ts'
import { refusal } from './refusal.ts'

const plan = (options: NetworkOptions) => planNetwork(options, capabilityRegistry)

/** Every pairing there is, each named in full. */
const pair = fc.record({
  execution: fc.constantFrom('geth', 'embedded'),
  consensus: fc.constantFrom('prysm', 'embedded'),
})
const pairs = fc.array(pair, { minLength: 1, maxLength: 5 })
const topology = fc.constantFrom('full-mesh', 'star', 'line')

const hasProcess = (nodes: readonly NodeOptions[]) =>
  nodes.some(({ execution, consensus }) => execution !== 'embedded' || consensus !== 'embedded')

describe('any mix of clients', () => {
  test('is planned as it is named, with links that both ends of an edge have', () => {
    fc.assert(
      fc.property(pairs, topology, (nodes, shape) => {
        const { nodes: planned, edges } = plan({ nodes, topology: shape })
        expect(planned.map(({ execution, consensus }) => ({ execution, consensus }))).toEqual(nodes)
        const kindOf = (layer: 'execution' | 'consensus', ends: readonly string[]): LinkKind =>
          planned.filter(({ name }) => ends.includes(name)).every((node) => node[layer] === 'embedded')
            ? 'in-process'
            : 'sockets'
        for (const { a, b, links } of edges) {
          expect(links).toEqual({
            execution: kindOf('execution', [a, b]),
            consensus: kindOf('consensus', [a, b]),
          })
        }
      }),
      { numRuns: 60 },
    )
  })

  test('has the first preset that all share, and slots and epochs that all can keep', () => {
    fc.assert(
      fc.property(pairs, (nodes) => {
        const { chain } = plan({ nodes })
        const hasPrysm = nodes.some(({ consensus }) => consensus === 'prysm')
        expect(chain.preset).toBe(hasPrysm ? 'mainnet' : 'minimal')
        expect(chain.slotDurationMs).toBe(hasPrysm ? 2_000 : 1_000)
        expect(chain.lateBlockReorgs).toBe(!hasPrysm)
      }),
      { numRuns: 60 },
    )
  })

  test('runs in virtual time exactly when it has no process', () => {
    fc.assert(
      fc.property(pairs, (nodes) => {
        const options = { nodes, time: 'virtual' } as const
        if (!hasProcess(nodes)) expect(plan(options).time).toBe('virtual')
        else expect(refusal(() => plan(options)).field).toBe('time')
      }),
      { numRuns: 60 },
    )
  })

  test('has the seed lookahead that every Fulu state in it can hold, or is refused for it', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 4, max: 32 }), (nodes, slotsPerEpoch) => {
        const options = { nodes, slotsPerEpoch, forks: { electra: 0, fulu: 3 } }
        const isFixed = nodes.some(({ consensus }) => consensus === 'prysm')
        if (isFixed && 64 % slotsPerEpoch !== 0) {
          expect(refusal(() => plan(options)).code).toBe('option-unsupported')
        } else {
          const { minSeedLookahead } = plan(options).chain
          expect((minSeedLookahead + 1) * slotsPerEpoch).toBe(isFixed ? 64 : 2 * slotsPerEpoch)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('a client that is named alone', () => {
  test.each([
    [{ execution: 'geth' }, 'geth', 'prysm'],
    [{ consensus: 'prysm' }, 'geth', 'prysm'],
    [{ execution: 'embedded' }, 'embedded', 'embedded'],
    [{ consensus: 'embedded' }, 'embedded', 'embedded'],
  ])('gets its natural partner: %j', (node, execution, consensus) => {
    expect(plan({ nodes: [node, {}] }).nodes[0]).toMatchObject({ execution, consensus })
  })
})

describe('beside Prysm an embedded node cannot have', () => {
  const nodes = [{ consensus: 'prysm' }, { consensus: 'embedded' }]

  test.each<[string, NetworkOptions, string, string]>([
    ['the minimal preset', { preset: 'minimal' }, 'preset', 'prysm has no minimal preset'],
    ['slots of 1 s', { slotDurationMs: 1_000 }, 'slotDurationMs', 'prysm cannot keep slots of 1000 ms'],
    ['virtual time', { time: 'virtual' }, 'time', 'prysm cannot run in virtual time'],
    ['long epochs', { slotsPerEpoch: 64 }, 'slotsPerEpoch', 'prysm cannot run epochs of 64 slots'],
  ])('%s', (_, options, field, problem) => {
    const error = refusal(() => plan({ nodes, ...options }))
    expect(error).toMatchObject({ code: 'option-unsupported', field })
    expect(error.message).toContain(problem)
    expect(error.facts.allowed).toBeDefined()
  })
})

test("validators are their own client's unless they are left to another one", () => {
  const { nodes } = plan({ nodes: [{}, { validatorClient: 'external' }] })
  expect(nodes.map(({ validatorClient }) => validatorClient)).toEqual(['own', 'external'])
  const wrong = { nodes: [{ validatorClient: 'remote' }] } as unknown as NetworkOptions
  expect(refusal(() => plan(wrong)).field).toBe('nodes[0].validatorClient')
})
