import { expect, it, vi } from 'vitest'
import { History } from '../../../src/observe/history.ts'
import { goodSlot } from './support/example-history.ts'

it('keeps the latest records in memory, and no more than a bounded number', () => {
  const history = new History('/nowhere')
  for (let slot = 0; slot < 50_000; slot++) history.record(goodSlot(slot))
  expect(history.records.length).toBeGreaterThanOrEqual(16_384)
  expect(history.records.length).toBeLessThan(21_000)
  expect(history.records.at(-1)).toMatchObject({ slot: 49_999 })
})

it('tells of each record until nobody listens any more', () => {
  const history = new History('/nowhere')
  const listener = vi.fn()
  const end = history.subscribe(listener)
  history.record(goodSlot(0))
  end()
  history.record(goodSlot(1))
  expect(listener.mock.calls).toEqual([[goodSlot(0)]])
})
