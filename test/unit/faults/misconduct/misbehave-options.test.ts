import { describe, expect, test } from 'vitest'
import {
  type MisbehaveOptions,
  misbehaviourOf,
  ordersOf,
} from '../../../../src/faults/misbehaviour/misbehave-options.ts'
import { UnknownNodeError } from '../../../../src/network/errors.ts'
import { planNetwork } from '../../../../src/network/start-network.ts'
import { OptionError } from '../../../../src/plan/option-error.ts'

const manifest = planNetwork({ nodes: 3, validators: 12 })

function orders(options: MisbehaveOptions) {
  return ordersOf(manifest, misbehaviourOf(manifest, options).parameters)
}

function refusal(options: unknown): OptionError {
  try {
    misbehaviourOf(manifest, options as MisbehaveOptions)
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('all validators of a node are meant, from the next duty on and without end', () => {
  expect(orders({ node: 'node-1', deed: 'offline' })).toEqual([
    {
      node: 'node-1',
      order: { deed: { kind: 'offline' }, validatorIndices: [4, 5, 6, 7], fromSlot: 0, untilSlot: undefined },
    },
  ])
})

test('validators of several nodes are told by their own nodes', () => {
  const told = orders({ validators: [11, 3, 8, 3], deed: 'offline', from: 5, until: 9 })
  expect(told.map(({ node, order }) => [node, order.validatorIndices])).toEqual([
    ['node-0', [3]],
    ['node-2', [11, 8]],
  ])
  expect(told[0]?.order).toMatchObject({ fromSlot: 5, untilSlot: 9 })
})

describe('refused, with the field', () => {
  test.each([
    [{ node: 'node-0', deed: 'ofline' }, 'deed', 'offline'],
    [{ node: 'node-0', deed: { kind: 'late-block' } }, 'byMs', undefined],
    [{ node: 'node-0', deed: { kind: 'late-block', byMs: -1 } }, 'byMs', undefined],
    [{ node: 'node-0', deed: { kind: 'wrong-head', slotsBack: 65 } }, 'slotsBack', undefined],
    [{ node: 'node-0', validators: [1], deed: 'offline' }, 'node', undefined],
    [{ deed: 'offline' }, 'node', undefined],
    [{ validators: [12], deed: 'offline' }, 'validators', undefined],
    [{ validators: [], deed: 'offline' }, 'validators', undefined],
    [{ validators: [0.5], deed: 'offline' }, 'validators', undefined],
    [{ node: 'node-0', deed: 'offline', from: 4, until: 4 }, 'until', undefined],
    [{ node: 'node-0', deed: 'offline', from: -1 }, 'from', undefined],
  ])('%j', (options, field, nearest) => {
    const error = refusal(options)
    expect(error.field).toBe(field)
    expect(error.facts.nearest).toBe(nearest)
  })

  test('a node that there is not', () => {
    expect(() => misbehaviourOf(manifest, { node: 'node-9', deed: 'offline' })).toThrow(UnknownNodeError)
  })
})
