import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  committeeFractionGwei,
  totalIncrements,
} from '../../../../src/embedded/fork-choice/committee-weight.ts'
import { rootOf, Scenario } from './scenario.ts'

describe('calculate_committee_fraction (phase0/fork-choice.md)', () => {
  it("is what unsigned integers give, for any stake up to mainnet's and beyond", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50_000_000 }),
        fc.integer({ min: 4, max: 64 }),
        fc.constantFrom(20, 40, 160),
        (total, slotsPerEpoch, percent) => {
          const committeeWeight = (BigInt(total) * 1_000_000_000n) / BigInt(slotsPerEpoch)
          expect(committeeFractionGwei(total, slotsPerEpoch, percent)).toBe(
            (committeeWeight * BigInt(percent)) / 100n,
          )
        },
      ),
    )
  })

  it('takes one increment for a state without active stake (get_total_balance)', () => {
    expect(totalIncrements(new Uint16Array(5))).toBe(1)
    expect(totalIncrements(Uint16Array.of(32, 0, 2048))).toBe(2080)
  })
})

describe('weights beyond 2^53 Gwei', () => {
  it('still tell one ETH and the boost apart', () => {
    // 8,192 validators with 2,048 ETH: 1.7e16 Gwei, where doubles are two apart.
    const balances = new Uint16Array(8192).fill(2048)
    balances[8191] = 1
    const scenario = new Scenario({
      balancesAt: () => ({ votingIncrements: balances, effectiveIncrements: balances }),
    })
    const late = { isTimely: false }
    scenario.tick(1).block('a', 'genesis', late).block('b', 'genesis', late).tick(2)
    scenario.vote('a', 0, 4095).vote('b', 4095, 4095)
    expect(scenario.head).toBe('b')
    scenario.vote('a', 8191, 1)
    expect(scenario.head).toBe('a')
    expect(scenario.forkChoice.getWeightGwei(rootOf('a'))).toBe(8_386_561n * 1_000_000_000n)
    expect(scenario.forkChoice.getWeightGwei(rootOf('genesis'))).toBe(16_773_121n * 1_000_000_000n)
  })
})
