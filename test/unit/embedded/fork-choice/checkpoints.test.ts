import { describe, expect, it } from 'vitest'
import { checkpoint, genesis, rootOf, Scenario, withCheckpoints, withUnrealized } from './scenario.ts'

describe('update_checkpoints (phase0/fork-choice.md)', () => {
  it('follows the checkpoints of the post-state to later epochs, and never back', () => {
    const scenario = new Scenario().tick(8).block('a').tick(16).block('b', 'a').tick(24)
    scenario.block('c', 'b', withCheckpoints(checkpoint(2, 'b'), checkpoint(1, 'a')))
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(2, 'b'))
    expect(scenario.forkChoice.finalizedCheckpoint).toEqual(checkpoint(1, 'a'))
    scenario.tick(25).block('d', 'b', withCheckpoints(checkpoint(1, 'a'), genesis))
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(2, 'b'))
    expect(scenario.forkChoice.finalizedCheckpoint).toEqual(checkpoint(1, 'a'))
  })

  it('keeps the checkpoint it has when another one of the same epoch comes', () => {
    const scenario = new Scenario().tick(7).block('a').block('b').tick(8)
    scenario.block('c', 'a', withCheckpoints(checkpoint(1, 'a')))
    scenario.block('d', 'b', withCheckpoints(checkpoint(1, 'b')))
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(1, 'a'))
  })
})

describe('compute_pulled_up_tip (phase0/fork-choice.md)', () => {
  it('keeps what a block of the current epoch would justify for the end of the epoch', () => {
    const scenario = new Scenario().tick(8).block('a').tick(14)
    scenario.block('b', 'a', withUnrealized(checkpoint(1, 'a')))
    expect(scenario.forkChoice.unrealizedJustifiedCheckpoint).toEqual(checkpoint(1, 'a'))
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(genesis)
    scenario.tick(15)
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(genesis)
    scenario.tick(16)
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(1, 'a'))
  })

  it('realizes at once what a block of an earlier epoch would justify and finalize', () => {
    const scenario = new Scenario().tick(8).block('a').tick(16).block('b', 'a').tick(24)
    scenario.block('c', 'b', { slot: 23, ...withUnrealized(checkpoint(2, 'b'), checkpoint(1, 'a')) })
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(2, 'b'))
    expect(scenario.forkChoice.finalizedCheckpoint).toEqual(checkpoint(1, 'a'))
  })
})

describe('on_tick (phase0/fork-choice.md)', () => {
  it('realizes what is unrealized also when the first slot of the epoch is jumped over', () => {
    const scenario = new Scenario().tick(8).block('a').tick(14)
    scenario.block('b', 'a', withUnrealized(checkpoint(1, 'a')))
    scenario.tick(1000, 17)
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(1, 'a'))
    expect(scenario.forkChoice.currentSlot).toBe(1000)
  })

  it('leaves the time alone when it is told an earlier one', () => {
    const scenario = new Scenario().tick(5, 100).block('a').tick(4)
    expect(scenario.forkChoice.currentSlot).toBe(5)
    expect(scenario.boosted).toBe('a')
  })

  it('drops fractions of a millisecond, which the specification does not have', () => {
    expect(new Scenario().tick(1, 1998.9).forkChoice.isTimely(1)).toBe(true)
    expect(new Scenario().tick(1, 5999.9).forkChoice.currentSlot).toBe(1)
  })

  it('refuses what is no time', () => {
    for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new Scenario().forkChoice.onTick(timeMs)).toThrowError(
        expect.objectContaining({ reason: 'malformed' }),
      )
    }
  })
})

describe('get_voting_source (phase0/fork-choice.md)', () => {
  it('pulls up the branch of an earlier epoch: a late block that justifies makes its branch the only one', () => {
    const late = { isTimely: false }
    const scenario = new Scenario().tick(8).block('a').tick(17)
    scenario.block('x-unaware', 'a', late).tick(18).vote('x-unaware', 0, 20)
    scenario.tick(32).block('unaware', 'x-unaware', late)
    expect(scenario.head).toBe('unaware')
    // A block of epoch 2 that was withheld holds the votes that justify epoch 2.
    scenario.block('withheld', 'a', { ...late, slot: 23, ...withUnrealized(checkpoint(2, 'a')) })
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(2, 'a'))
    expect(scenario.head).toBe('withheld')
    expect(scenario.forkChoice.getBlock(rootOf('withheld'))?.justifiedCheckpoint).toEqual(genesis)
  })
})
