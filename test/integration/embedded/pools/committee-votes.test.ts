import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CommitteeVotes,
  combinedSignature,
  totalWeight,
} from '../../../../src/embedded/pools/committee-votes.ts'
import type { SignedBits } from '../../../../src/embedded/pools/validated.ts'
import { aggregateOf, bitsOf, isSignedBy, signatureOf } from './signers.ts'

const size = 8

/** Positions of the members that a set of votes is for. */
const positions = fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 1, maxLength: size })
const received = fc.record({
  singles: fc.uniqueArray(fc.nat({ max: size - 1 })),
  aggregates: fc.array(positions, { maxLength: 6 }),
})

function votesOf({ singles, aggregates }: { singles: readonly number[]; aggregates: readonly number[][] }) {
  const votes = new CommitteeVotes(size)
  for (const position of singles) votes.addSingle(position, signatureOf(position))
  for (const members of aggregates) votes.addAggregate(aggregateOf(size, members))
  return votes
}

describe('votes of one committee', () => {
  test('combine to what nobody holds twice, under one signature that is valid', () => {
    fc.assert(
      fc.property(received, (from) => {
        const best = votesOf(from).best()
        if (best === undefined) {
          expect(from).toEqual({ singles: [], aggregates: [] })
          return
        }
        expect(isSignedBy(combinedSignature(best), best.bits.getTrueBitIndexes())).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('are never worth less combined than any aggregate, or all single votes, by themselves', () => {
    const weights = fc.array(fc.nat({ max: 3 }), { minLength: size, maxLength: size })
    fc.assert(
      fc.property(received, weights, (from, byPosition) => {
        const weight = (position: number) => byPosition[position] ?? 0
        const combined = votesOf(from).combine(weight)
        const total = combined === undefined ? 0 : totalWeight(combined.bits, weight)
        for (const members of [from.singles, ...from.aggregates]) {
          expect(total).toBeGreaterThanOrEqual(totalWeight(bitsOf(size, members), weight))
        }
      }),
    )
  })

  test('a vote is taken once, and only at a position of the committee', () => {
    const votes = new CommitteeVotes(size)
    expect(votes.addSingle(3, signatureOf(3))).toBe(true)
    expect(votes.addSingle(3, signatureOf(4))).toBe(false)
    for (const position of [-1, size, 0.5, Number.NaN]) {
      expect(votes.addSingle(position, signatureOf(0))).toBe(false)
    }
    expect(votes.best()?.parts).toEqual([signatureOf(3)])
  })

  test('an aggregate is taken when it holds more than any before it, and is of the committee', () => {
    const votes = new CommitteeVotes(size)
    const wide = aggregateOf(size, [0, 1, 2])
    expect(votes.addAggregate(aggregateOf(size, [0, 1]))).toBe(true)
    expect(votes.addAggregate(wide)).toBe(true)
    expect(votes.addAggregate(aggregateOf(size, [1, 2]))).toBe(false)
    expect(votes.addAggregate(wide)).toBe(false)
    expect(votes.addAggregate(aggregateOf(size + 1, [4]))).toBe(false)
    expect(votes.addAggregate({ bits: bitsOf(size, []), signature: wide.signature })).toBe(false)
    expect(votes.best()?.parts).toEqual([wide])
  })

  test('are aggregated when one aggregate holds all that is known', () => {
    const votes = votesOf({ singles: [0, 1], aggregates: [[0, 1]] })
    expect(votes.isAggregated).toBe(true)
    votes.addSingle(2, signatureOf(2))
    expect(votes.isAggregated).toBe(false)
    votes.addAggregate(aggregateOf(size, [2, 3]))
    expect(votes.isAggregated).toBe(false)
    votes.addAggregate(aggregateOf(size, [0, 1, 2, 3]))
    expect(votes.isAggregated).toBe(true)
  })

  test('do not grow without bound', () => {
    const votes = new CommitteeVotes(64)
    const aggregate = (position: number): SignedBits => ({ ...signatureOf(0), bits: bitsOf(64, [position]) })
    const taken = Array.from({ length: 64 }, (_, position) => votes.addAggregate(aggregate(position)))
    expect(taken.filter(Boolean)).toHaveLength(16)
  })
})
