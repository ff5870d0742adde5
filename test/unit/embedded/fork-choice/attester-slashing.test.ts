import { describe, expect, it } from 'vitest'
import { Scenario } from './scenario.ts'

const late = { isTimely: false }

function tie(): Scenario {
  const scenario = new Scenario().tick(2).block('a', 'genesis', late).block('b', 'genesis', late)
  return scenario.tick(3).vote('a', 0, 3).vote('b', 3, 2)
}

describe('on_attester_slashing (phase0/fork-choice.md)', () => {
  it('takes the stake of equivocating validators away from the block they vote for', () => {
    const scenario = tie()
    expect(scenario.head).toBe('a')
    scenario.forkChoice.onAttesterSlashing([0, 1])
    expect(scenario.weightEth('a')).toBe(32)
    expect(scenario.head).toBe('b')
    expect(scenario.forkChoice.isEquivocating(1)).toBe(true)
    expect(scenario.forkChoice.isEquivocating(2)).toBe(false)
  })

  it('takes it away once, however often it is told', () => {
    const scenario = tie()
    scenario.forkChoice.onAttesterSlashing([0])
    scenario.forkChoice.onAttesterSlashing([0])
    expect(scenario.weightEth('a')).toBe(64)
  })

  it('ignores what they vote for later, and what they voted for in the current slot', () => {
    const scenario = tie()
    scenario.vote('b', 10, 1, 3)
    scenario.forkChoice.onAttesterSlashing([0, 10])
    scenario.tick(9).vote('b', 0, 1, 8)
    expect(scenario.weightEth('b')).toBe(64)
  })

  it('knows a validator that never voted', () => {
    const scenario = tie()
    scenario.forkChoice.onAttesterSlashing([79])
    expect(scenario.vote('b', 79, 1).weightEth('b')).toBe(64)
  })

  it('refuses an index that no validator has, and slashes nobody then', () => {
    const scenario = tie()
    for (const index of [-1, 0.5, Number.NaN, 2 ** 32]) {
      expect(() => scenario.forkChoice.onAttesterSlashing([0, index])).toThrowError(
        expect.objectContaining({ reason: 'malformed' }),
      )
    }
    expect(scenario.weightEth('a')).toBe(96)
  })
})
