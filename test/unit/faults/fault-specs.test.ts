import { describe, expect, it } from 'vitest'
import { bridgeOf, cutOf, isolateOf, partitionOf, shapeOf, skewOf } from '../../../src/faults/fault-specs.ts'
import { examplePlan } from '../support/example-plan.ts'

const plan = examplePlan({ nodes: 4, validators: 16, topology: 'line' })
const processes = examplePlan({ nodes: [{ execution: 'geth', consensus: 'prysm', count: 2 }], validators: 8 })

const invalid = (...texts: string[]) =>
  expect.objectContaining({
    code: 'fault-invalid',
    category: 'options',
    message: expect.stringMatching(new RegExp(texts.join('[\\s\\S]*'))),
  })

describe('groups', () => {
  it.each([
    ['a node in two of them', [['node-0'], ['node-1', 'node-0']], ['node-0 is in group 1 and in group 2']],
    ['one without nodes', [['node-0'], []], ['Group 2 has no nodes']],
    ['none', [], ['one group', 'further group']],
    ['all nodes in one', [['node-0', 'node-1', 'node-2', 'node-3']], ['one group']],
    ['the same node twice', [['node-1', 'node-1']], ['group 1 and in group 1']],
  ])('are refused: %s', (_, groups, texts) => {
    expect(() => partitionOf(plan, groups)).toThrow(invalid(...texts))
  })

  it('name nodes that there are', () => {
    expect(() => partitionOf(plan, [['node-0'], ['node-11']])).toThrow(
      expect.objectContaining({
        code: 'unknown-node',
        facts: expect.objectContaining({ nearest: 'node-1' }),
      }),
    )
    expect(() => isolateOf(plan, 'node-9')).toThrow(expect.objectContaining({ code: 'unknown-node' }))
    expect(() => partitionOf(plan, 'node-0' as never)).toThrow(invalid('list'))
  })

  it('are on layers that there are', () => {
    expect(() => isolateOf(plan, 'node-0', { layers: [] })).toThrow(invalid('one layer or on both'))
    expect(() => isolateOf(plan, 'node-0', { layers: ['network' as never] })).toThrow(invalid('network'))
  })
})

describe('a bridge', () => {
  it('needs a link with each group, and is in none of them', () => {
    expect(() => bridgeOf(plan, ['node-0', 'node-3'], { via: 'node-1' })).toThrow(
      invalid('node-1 cannot join the groups: it has no link with node-3', 'node-0, node-2'),
    )
    expect(() => bridgeOf(plan, ['node-0', 'node-1'], { via: 'node-1' })).toThrow(
      invalid('cannot be in a group'),
    )
    expect(() => bridgeOf(plan, ['node-0', 'node-2'], { via: 'nobody' })).toThrow(
      expect.objectContaining({ code: 'unknown-node' }),
    )
  })
})

describe('a link', () => {
  it('is a declared one', () => {
    expect(() => cutOf(plan, 'node-0', 'node-3')).toThrow(
      invalid('no link between node-0 and node-3', 'Neighbours of node-0 in the topology: node-1'),
    )
    expect(() => cutOf(plan, 'node-0', 'node-0')).toThrow(invalid('itself'))
    expect(cutOf(plan, 'node-1', 'node-0').parameters).toMatchObject({ a: 'node-1', b: 'node-0' })
  })

  it.each([
    [{}, 'leaves the link as it is'],
    [{ latencyMs: 0 }, 'leaves the link as it is'],
    [{ latencyMs: -1 }, 'latencyMs -1'],
    [{ latencyMs: 1.5 }, 'a whole number from 0 to 60000'],
    [{ latencyMs: Number.NaN }, 'latencyMs NaN'],
    [{ jitterMs: 70_000 }, 'jitterMs 70000'],
    [{ lossPercent: 101 }, 'lossPercent 101'],
    [{ bandwidthKbps: 0 }, 'bandwidthKbps 0'],
    [{ latencyMs: 1, direction: 'sideways' as never }, 'direction sideways'],
    [{ latency: 5 } as never, 'has no latency'],
  ])('takes no shape %j', (shape, text) => {
    expect(() => shapeOf(plan, { a: 'node-0', b: 'node-1' }, shape)).toThrow(invalid(text))
  })

  it.each([plan, processes])('can lose what crosses it, in memory and over sockets', (manifest) => {
    const link = { a: 'node-0', b: 'node-1' }
    expect(shapeOf(manifest, link, { lossPercent: 5 }).parameters).toMatchObject({
      lossPercent: 5,
      direction: 'both',
    })
  })
})

describe('a clock', () => {
  it.each([0, 0.5, Number.NaN, 86_400_001, '5' as never])('cannot be off by %j', (skewMs) => {
    expect(() => skewOf(plan, { node: 'node-0', skewMs, hasOwnClock: true })).toThrow(
      invalid('cannot be off'),
    )
  })

  it('of a process is the machine’s', () => {
    expect(() => skewOf(processes, { node: 'node-0', skewMs: 500, hasOwnClock: false })).toThrow(
      expect.objectContaining({
        code: 'fault-unsupported',
        message: expect.stringMatching(/process[\s\S]*embedded/),
      }),
    )
    expect(skewOf(plan, { node: 'node-0', skewMs: -500, hasOwnClock: true }).parameters).toEqual({
      node: 'node-0',
      skewMs: -500,
    })
  })
})
