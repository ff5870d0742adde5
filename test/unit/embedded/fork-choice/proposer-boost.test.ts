import { describe, expect, it } from 'vitest'
import { rootOf, Scenario } from './scenario.ts'

const late = { isTimely: false }
/** 40 % of a committee of 10 validators with 32 ETH each. */
const BOOST_ETH = 128

describe('update_proposer_boost_root (phase0/fork-choice.md)', () => {
  it('boosts the first timely block of the slot, and its ancestors, by 40 % of a committee', () => {
    const scenario = new Scenario().tick(1).block('a').tick(2).block('b', 'a')
    expect(scenario.boosted).toBe('b')
    expect(scenario.weightEth('b')).toBe(BOOST_ETH)
    expect(scenario.weightEth('a')).toBe(BOOST_ETH)
  })

  it('rounds the boost down as calculate_committee_fraction does', () => {
    const scenario = new Scenario({ options: { slotsPerEpoch: 7 }, validatorCount: 3 }).tick(1).block('a')
    expect(scenario.forkChoice.getWeightGwei(rootOf('a'))).toBe(((96_000_000_000n / 7n) * 40n) / 100n)
  })

  it('does not boost a second block of the slot', () => {
    const scenario = new Scenario().tick(1).block('a').block('b')
    expect(scenario.boosted).toBe('a')
    expect(scenario.head).toBe('a')
  })

  it('does not boost a block that arrives at the attestation deadline or later', () => {
    const scenario = new Scenario()
    scenario.tick(1, 1998)
    expect(scenario.forkChoice.isTimely(1)).toBe(true)
    scenario.tick(1, 1999)
    expect(scenario.forkChoice.isTimely(1)).toBe(false)
    expect(scenario.block('a').boosted).toBe('')
  })

  it('does not boost a block of an earlier slot', () => {
    const scenario = new Scenario().tick(2)
    expect(scenario.forkChoice.isTimely(1)).toBe(false)
    expect(scenario.block('a', 'genesis', { slot: 1 }).boosted).toBe('')
  })

  it('does not boost a timely block whose import outlasted its slot', () => {
    const scenario = new Scenario().tick(1)
    const block = scenario.summary('a')
    scenario.tick(2).forkChoice.onBlock(block)
    expect(block.isTimely).toBe(true)
    expect(scenario.boosted).toBe('')
  })

  it('does not boost a block whose proposers were shuffled on another branch than the head', () => {
    // The dependent block of epoch 2 is the one before slot 8: `a` for the head, genesis for the rival.
    const scenario = new Scenario().tick(7).block('a').tick(8).block('b', 'a').tick(9).vote('b', 0, 10)
    scenario.tick(16).block('rival')
    expect(scenario.head).toBe('b')
    expect(scenario.boosted).toBe('')
    expect(scenario.tick(17).block('c', 'b').boosted).toBe('c')
  })
})

describe('on_tick_per_slot (phase0/fork-choice.md)', () => {
  it('takes the boost away at the start of the next slot', () => {
    const scenario = new Scenario().tick(1).block('a').tick(1, 5999)
    expect(scenario.boosted).toBe('a')
    scenario.tick(2)
    expect(scenario.boosted).toBe('')
    expect(scenario.weightEth('a')).toBe(0)
  })
})

describe('ex ante re-orgs (as in the reference tests fork_choice/ex_ante)', () => {
  it('a withheld block with a vote of its own slot loses against the boosted block of the next slot', () => {
    const scenario = new Scenario().tick(1).block('base').tick(3)
    scenario.block('z-honest', 'base').block('withheld', 'base', { slot: 2 }).vote('withheld', 0, 1)
    expect(scenario.head).toBe('z-honest')
  })

  it('as much stake as the boost, and the higher root, win it back', () => {
    const scenario = new Scenario().tick(1).block('base').tick(3)
    scenario.block('honest', 'base').block('withheld', 'base', { slot: 2 }).vote('withheld', 0, 3)
    expect(scenario.head).toBe('honest')
    scenario.vote('withheld', 3, 1)
    expect(scenario.weightEth('withheld')).toBe(BOOST_ETH)
    expect(scenario.head).toBe('withheld')
  })

  it('sandwich: a boosted block upon the withheld one carries it past the honest block', () => {
    const scenario = new Scenario().tick(1).block('base').tick(3)
    scenario.block('z-honest', 'base').block('withheld', 'base', { slot: 2 })
    expect(scenario.head).toBe('z-honest')
    scenario.tick(4).block('bread', 'withheld')
    expect(scenario.head).toBe('bread')
  })

  it("sandwich: the votes of more than 40 % of the honest block's committee defeat it", () => {
    const scenario = new Scenario().tick(1).block('base').tick(3)
    scenario.block('z-honest', 'base').block('withheld', 'base', { slot: 2 })
    scenario.tick(4).vote('z-honest', 0, 5).block('bread', 'withheld', late).block('butter', 'withheld')
    expect(scenario.boosted).toBe('butter')
    expect(scenario.head).toBe('z-honest')
  })
})
