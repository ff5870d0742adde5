import { describe, expect, test } from 'vitest'
import type { KnownDuties } from '../../../../src/faults/on-demand/duties.ts'
import { groupsToCutOff, planReorg } from '../../../../src/faults/on-demand/reorg-plan.ts'
import { planNetwork } from '../../../../src/network/start-network.ts'

const ring = planNetwork({ nodes: 4, validators: 16, topology: 'ring' })
const slots = 16

/** A vote of each node in every slot, all of them anew in each epoch of 4 slots. */
const attesters = new Map(
  Array.from({ length: slots }, (_, slot) => [slot, [0, 4, 8, 12].map((first) => first + (slot % 4))]),
)

/** @param order proposing nodes by slot, from slot 0 on */
function dutiesOf(order: readonly number[]): KnownDuties {
  const proposers = new Map(order.map((node, slot) => [slot, 4 * node]))
  return { proposers, attesters, endSlot: order.length }
}

function planned(order: readonly number[], depth: number, groups: readonly string[][]) {
  return planReorg({ nodes: ring.nodes, groups, duties: dutiesOf(order), depth, fromSlot: 1 })
}

describe('groups to cut off', () => {
  test('are connected inside and outside, and hold at most half of the stake', () => {
    const groups = groupsToCutOff(ring.nodes, ring.edges)
    expect(groups.filter((group) => group.length === 1)).toHaveLength(4)
    // Of a ring's pairs, those that are neighbours.
    expect(groups.filter((group) => group.length === 2)).toHaveLength(4)
    expect(groups.filter((group) => group.length === 3)).toEqual([])
  })

  test('are never a node through which the others are connected', () => {
    const star = planNetwork({ nodes: 4, validators: 16, topology: 'star' })
    const hub = star.nodes.find(({ name }) => star.edges.every(({ a, b }) => a === name || b === name))?.name
    const groups = groupsToCutOff(star.nodes, star.edges)
    expect(groups).toHaveLength(3)
    expect(groups.flat()).not.toContain(hub)
  })

  test('there are none where one node has all validators', () => {
    const single = planNetwork({ nodes: 3, validators: { count: 16, distribution: 'single' } })
    expect(groupsToCutOff(single.nodes, single.edges)).toEqual([])
  })
})

describe('a plan', () => {
  test('has the group propose in the last slot of the depth, and the others after it', () => {
    expect(planned([0, 0, 1, 3, 0, 1, 0], 2, [['node-3']])).toEqual({
      group: ['node-3'],
      ancestorSlot: 1,
      oldHeadSlot: 3,
      healSlot: 3,
    })
  })

  test('waits until the others, who propose later, have the heavier branch', () => {
    // Their first block is that of slot 3, the group's that of slot 2: 3 votes are not enough against 2 and a
    // boost of 1.6, 6 are against 3.
    expect(planned([0, 0, 3, 1, 0, 1, 0], 1, [['node-3']])).toMatchObject({ oldHeadSlot: 2, healSlot: 4 })
  })

  test('is not made on slots in which the group proposes again too early', () => {
    expect(planned([0, 0, 3, 3, 3, 3, 3], 1, [['node-3']])).toBeUndefined()
  })

  test('is not made beyond the duties that are known', () => {
    expect(planned([0, 0, 1, 3], 2, [['node-3']])).toBeUndefined()
  })
})
