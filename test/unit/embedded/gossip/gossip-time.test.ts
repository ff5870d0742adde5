import { expect, test } from 'vitest'
import { SlotTime } from '../../../../src/embedded/clock/slot-time.ts'
import { GossipTime } from '../../../../src/embedded/gossip/gossip-time.ts'

const slots = new SlotTime({ genesisTimeMs: 1_000_000, slotDurationMs: 6000, slotsPerEpoch: 8 })

/** The questions, asked at a time after genesis. */
function at(sinceGenesisMs: number): GossipTime {
  const clock = { nowMs: slots.genesisTimeMs + sinceGenesisMs, at: () => ({ cancel: () => {} }) }
  return new GossipTime(clock, slots, 500)
}

test('a slot is in the future until half a second before its start', () => {
  expect(at(11_499).isFutureSlot(2)).toBe(true)
  expect(at(11_500).isFutureSlot(2)).toBe(false)
  expect(at(11_499).untilSlot(2)).toEqual({ timeMs: 1_011_500 })
  expect(at(11_500).untilSlot(2)).toBeUndefined()
})

test('a slot is current from half a second before it to half a second after it', () => {
  const isCurrent = [11_499, 11_500, 18_500, 18_501].map((timeMs) => at(timeMs).isCurrentSlot(2))
  expect(isCurrent).toEqual([false, true, true, false])
})

test('an epoch is in the future until half a second before its start', () => {
  expect(at(47_499).isFutureEpoch(1)).toBe(true)
  expect(at(47_500).isFutureEpoch(1)).toBe(false)
})

test('an epoch counts while it, or the next one, is the current one', () => {
  const isCounted = [47_499, 47_500, 144_500, 144_501].map((timeMs) => at(timeMs).isCurrentOrPreviousEpoch(1))
  expect(isCounted).toEqual([false, true, true, false])
})

test('numbers of any size are answered', () => {
  expect(at(0).isFutureSlot(2 ** 64)).toBe(true)
  expect(at(0).isCurrentOrPreviousEpoch(2 ** 64)).toBe(false)
  expect(at(0).isCurrentSlot(2 ** 64)).toBe(false)
})
