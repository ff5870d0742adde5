import { expect, test } from 'vitest'
import { RecentTransactions } from '../../../../src/embedded/execution/pool/recent-transactions.ts'
import type { Hex } from '../../../../src/plan/manifest.ts'

const hash = (number: number): Hex => `0x${number.toString(16)}`

test('tells what came since a bookmark, in order', () => {
  const recent = new RecentTransactions()
  recent.add(hash(1))
  const bookmark = recent.count
  expect(recent.since(bookmark)).toEqual([])
  recent.add(hash(2))
  recent.add(hash(3))
  expect(recent.since(bookmark)).toEqual([hash(2), hash(3)])
  expect(recent.since(recent.count)).toEqual([])
})

test('keeps the last 4,096, and who comes later misses the oldest', () => {
  const recent = new RecentTransactions()
  for (let i = 0; i < 5_000; i++) recent.add(hash(i))
  const all = recent.since(0)
  expect(all).toHaveLength(4_096)
  expect([all[0], all.at(-1)]).toEqual([hash(904), hash(4_999)])
  expect(recent.count).toBe(5_000)
})
