import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSubset, setPositions } from '../../../../src/embedded/gossip/bits.ts'
import { BoundedSet, RecentBits, RecentIndices } from '../../../../src/embedded/gossip/seen.ts'

describe('RecentIndices', () => {
  test('has what was added in the last periods, and nothing else', () => {
    const entry = fc.record({ period: fc.nat(6), index: fc.nat(5000) })
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (added, asked) => {
        const indices = new RecentIndices(7)
        for (const { period, index } of added) indices.add(period, index)
        for (const { period, index } of [...added, ...asked]) {
          const isAdded = added.some((other) => other.period === period && other.index === index)
          expect(indices.has(period, index)).toBe(isAdded)
        }
      }),
    )
  })

  test('forgets the oldest period, whatever order they come in', () => {
    const indices = new RecentIndices(3)
    for (const period of [5, 3, 4, 6]) indices.add(period, 1)
    expect([3, 4, 5, 6].map((period) => indices.has(period, 1))).toEqual([false, true, true, true])
    expect(indices.periodCount).toBe(3)
  })
})

describe('RecentBits', () => {
  test('knows of a superset among those of the same period and key only', () => {
    const bits = new RecentBits(2)
    bits.add(1, 'a', Uint8Array.of(0b0110, 1))
    expect(bits.hasSuperset(1, 'a', Uint8Array.of(0b0110, 1))).toBe(true)
    expect(bits.hasSuperset(1, 'a', Uint8Array.of(0b0010, 0))).toBe(true)
    expect(bits.hasSuperset(1, 'a', Uint8Array.of(0b1010, 0))).toBe(false)
    expect(bits.hasSuperset(1, 'b', Uint8Array.of(0b0010, 0))).toBe(false)
    expect(bits.hasSuperset(2, 'a', Uint8Array.of(0b0010, 0))).toBe(false)
  })

  test('two that together cover a third do not', () => {
    const bits = new RecentBits(2)
    bits.add(1, 'a', Uint8Array.of(0b01))
    bits.add(1, 'a', Uint8Array.of(0b10))
    expect(bits.hasSuperset(1, 'a', Uint8Array.of(0b11))).toBe(false)
    bits.add(1, 'a', Uint8Array.of(0b11))
    expect(bits.hasSuperset(1, 'a', Uint8Array.of(0b10))).toBe(true)
  })

  test('keeps no more periods than it was told to', () => {
    const bits = new RecentBits(2)
    for (let period = 0; period < 100; period++) bits.add(period, 'a', Uint8Array.of(1))
    expect(bits.periodCount).toBe(2)
    expect(bits.hasSuperset(99, 'a', Uint8Array.of(1))).toBe(true)
  })
})

test('a bounded set forgets its oldest members', () => {
  const set = new BoundedSet<number>(2)
  for (const member of [1, 2, 2, 3]) set.add(member)
  expect([1, 2, 3].map((member) => set.has(member))).toEqual([false, true, true])
  expect(set.size).toBe(2)
})

test('bits are subsets as sets are', () => {
  const positions = fc.uniqueArray(fc.nat(23))
  fc.assert(
    fc.property(positions, positions, (a, b) => {
      const [bitsA, bitsB] = [bitsOf(a), bitsOf(b)]
      expect(isSubset(bitsA, bitsB)).toBe(a.every((position) => b.includes(position)))
      expect(setPositions({ uint8Array: bitsA, bitLen: 24 })).toEqual(a.toSorted((x, y) => x - y))
    }),
  )
})

test('bits of different length are no subsets', () => {
  expect(isSubset(Uint8Array.of(0), Uint8Array.of(0, 0))).toBe(false)
})

function bitsOf(positions: readonly number[]): Uint8Array {
  const bits = new Uint8Array(3)
  for (const position of positions) bits[position >>> 3] = (bits[position >>> 3] ?? 0) | (1 << (position & 7))
  return bits
}
