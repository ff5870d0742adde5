import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { healthyLink, noShape } from '../../../src/embedded/links/link-state.ts'
import { edgesCutBy, effectiveLinks } from '../../../src/faults/effective-links.ts'
import { type FaultSpec, faultLayers } from '../../../src/faults/fault.ts'
import { bridgeOf, cutOf, isolateOf, partitionOf, shapeOf } from '../../../src/faults/fault-specs.ts'
import { examplePlan } from '../support/example-plan.ts'

const mesh = examplePlan({ nodes: 4, validators: 16 })
const names = mesh.nodes.map(({ name }) => name)

/** Edges that faults cut, as `0-1`, on a layer. */
function cut(
  faults: readonly FaultSpec[],
  layer: 'execution' | 'consensus' = 'consensus',
  plan = mesh,
): string[] {
  return effectiveLinks(plan.edges, faults)
    .filter((link) => link.layer === layer && !link.state.isUp)
    .map(({ edge: { a, b } }) => `${a}-${b}`.replaceAll('node-', ''))
}

describe('a partition', () => {
  it('cuts what is between its groups, and nothing within them', () => {
    const two = partitionOf(mesh, [
      ['node-0', 'node-1'],
      ['node-2', 'node-3'],
    ])
    expect(cut([two])).toEqual(['0-2', '0-3', '1-2', '1-3'])
    expect(cut([two], 'execution')).toEqual(['0-2', '0-3', '1-2', '1-3'])
  })

  it('keeps those that nobody named together, apart from the others', () => {
    expect(cut([partitionOf(mesh, [['node-3']])])).toEqual(['0-3', '1-3', '2-3'])
    expect(cut([partitionOf(mesh, ['node-3', 'node-2'])])).toEqual(['0-2', '0-3', '1-2', '1-3', '2-3'])
  })

  it('can be one of a single layer', () => {
    const one = partitionOf(mesh, [['node-3']], { layers: ['execution'] })
    expect(cut([one])).toEqual([])
    expect(cut([one], 'execution')).toEqual(['0-3', '1-3', '2-3'])
  })

  it('cuts no edge that is not declared', () => {
    const line = examplePlan({ nodes: 4, validators: 16, topology: 'line' })
    expect(cut([partitionOf(line, [['node-0', 'node-3']])], 'consensus', line)).toEqual(['0-1', '2-3'])
  })
})

it('a bridge leaves its node connected with all, and the groups with nobody else', () => {
  expect(cut([bridgeOf(mesh, ['node-0', 'node-1'], { via: 'node-3' })])).toEqual(['0-1', '0-2', '1-2'])
  expect(cut([bridgeOf(mesh, [['node-0', 'node-1'], ['node-2']], { via: 'node-3' })])).toEqual(['0-2', '1-2'])
})

it('an isolated node has no link', () => {
  expect(cut([isolateOf(mesh, 'node-1')])).toEqual(['0-1', '1-2', '1-3'])
})

describe('shapes', () => {
  const stateOf = (faults: readonly FaultSpec[]) =>
    effectiveLinks(mesh.edges, faults).find(
      ({ edge, layer }) => edge.a === 'node-0' && edge.b === 'node-1' && layer === 'consensus',
    )?.state

  it('go the way that they are asked for, however the edge names its ends', () => {
    const there = shapeOf(mesh, { a: 'node-0', b: 'node-1' }, { latencyMs: 50, direction: 'forward' })
    const back = shapeOf(mesh, { a: 'node-1', b: 'node-0' }, { latencyMs: 50, direction: 'backward' })
    for (const fault of [there, back]) {
      expect(stateOf([fault])).toMatchObject({ forward: { latencyMs: 50 }, backward: { latencyMs: 0 } })
    }
    const other = shapeOf(mesh, { a: 'node-1', b: 'node-0' }, { latencyMs: 50, direction: 'forward' })
    expect(stateOf([other])).toMatchObject({ forward: { latencyMs: 0 }, backward: { latencyMs: 50 } })
  })

  it('add up on one link: the narrowest bandwidth holds, and losses are independent', () => {
    const link = { a: 'node-0', b: 'node-1' }
    const one = shapeOf(mesh, link, { latencyMs: 50, jitterMs: 5, lossPercent: 50, bandwidthKbps: 100 })
    const other = shapeOf(mesh, link, { latencyMs: 7, lossPercent: 50, bandwidthKbps: 300 })
    const both = { latencyMs: 57, jitterMs: 5, lossPercent: 75, bandwidthKbps: 100 }
    expect(stateOf([one, other])).toEqual({ isUp: true, forward: both, backward: both })
    expect(stateOf([other, one])).toEqual(stateOf([one, other]))
  })

  it('leave other links alone', () => {
    const fault = shapeOf(mesh, { a: 'node-0', b: 'node-1' }, { latencyMs: 50 })
    const touched = effectiveLinks(mesh.edges, [fault]).filter(({ state }) => state.forward.latencyMs > 0)
    expect(touched.map(({ edge, layer }) => `${edge.a} ${edge.b} ${layer}`)).toEqual([
      'node-0 node-1 execution',
      'node-0 node-1 consensus',
    ])
  })
})

const node = fc.constantFrom(...names)
const pair = fc.tuple(node, node).filter(([a, b]) => a !== b)
const layers = fc.constantFrom(...[[...faultLayers], ['execution' as const], ['consensus' as const]])
const fault: fc.Arbitrary<FaultSpec> = fc.oneof(
  fc
    .tuple(fc.subarray(names, { minLength: 1, maxLength: 3 }), layers)
    .map(([group, on]) => partitionOf(mesh, [group], { layers: on })),
  fc.tuple(node, layers).map(([name, on]) => isolateOf(mesh, name, { layers: on })),
  fc.tuple(pair, layers).map(([[a, b], on]) => cutOf(mesh, a, b, { layers: on })),
  fc
    .tuple(pair, fc.constantFrom('both' as const, 'forward' as const, 'backward' as const))
    .map(([[a, b], direction]) => shapeOf(mesh, { a, b }, { latencyMs: 20, lossPercent: 10, direction })),
)

describe('any faults together', () => {
  it('cut what any of them cuts, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 6 }), (faults) => {
        const together = effectiveLinks(mesh.edges, faults)
        const cutBySome = new Set(
          faults
            .flatMap((one) => edgesCutBy(one, mesh.edges))
            .map(({ edge, layer }) => `${edge.address} ${layer}`),
        )
        for (const { edge, layer, state } of together) {
          expect(state.isUp).toBe(!cutBySome.has(`${edge.address} ${layer}`))
        }
        const reversed = effectiveLinks(mesh.edges, [...faults].reverse())
        expect(reversed.map(({ state }) => state.isUp)).toEqual(together.map(({ state }) => state.isUp))
      }),
    )
  })

  it('leave every link healthy once none is left', () => {
    expect(effectiveLinks(mesh.edges, []).every(({ state }) => state === healthyLink)).toBe(true)
    expect(healthyLink).toEqual({ isUp: true, forward: noShape, backward: noShape })
  })
})
