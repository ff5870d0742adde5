import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import { useFakeClock } from '../support/fake-clock.ts'

const genesisTime = 1_700_000_000
const clock = new SlotClock({ genesisTime, slotDurationMs: 2_000, slotsPerEpoch: 6 })

useFakeClock(genesisTime * 1000)

/** Tells at any time whether a promise has settled. */
function watch(promise: Promise<unknown>): { isSettled: boolean } {
  const watched = { isSettled: false }
  const settle = () => {
    watched.isSettled = true
  }
  promise.then(settle, settle)
  return watched
}

describe('the current slot', () => {
  it.each([
    [-1, -1],
    [-2_000, -1],
    [-2_001, -2],
    [0, 0],
    [1_999, 0],
    [2_000, 1],
    [12_500, 6],
  ])('is, %i ms after genesis, %i', (elapsedMs, slot) => {
    vi.setSystemTime(genesisTime * 1000 + elapsedMs)
    expect(clock.currentSlot).toBe(slot)
  })

  it('is the slot whose start is the last one that has passed', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (elapsedMs) => {
        vi.setSystemTime(genesisTime * 1000 + elapsedMs)
        const slot = clock.currentSlot
        expect(clock.startOf(slot)).toBeLessThanOrEqual(Date.now())
        expect(clock.startOf(slot + 1)).toBeGreaterThan(Date.now())
      }),
    )
  })

  it('has its epoch', () => {
    expect([0, 5, 6, 11, 12].map((slot) => clock.epochOf(slot))).toEqual([0, 0, 1, 1, 2])
  })
})

describe('until', () => {
  it('resolves at the start of the slot and not before', async () => {
    const waiting = watch(clock.until(3))
    await vi.advanceTimersByTimeAsync(5_999)
    expect(waiting.isSettled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(waiting.isSettled).toBe(true)
  })

  it('resolves at once for a slot that has started', async () => {
    vi.setSystemTime(genesisTime * 1000 + 7_000)
    await clock.until(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits on when the wall clock was behind the timer', async () => {
    const waiting = watch(clock.until(1))
    await vi.advanceTimersByTimeAsync(1_500)
    vi.setSystemTime(genesisTime * 1000 + 1_000)
    await vi.advanceTimersByTimeAsync(500)
    expect(waiting.isSettled).toBe(false)
    await vi.advanceTimersByTimeAsync(500)
    expect(waiting.isSettled).toBe(true)
  })

  it('waits for a slot that is further away than a timer can be, without asking without end', async () => {
    const ask = vi.spyOn(Date, 'now')
    const days = 60
    const waiting = watch(clock.until((days * 86_400_000) / 2_000))
    await vi.advanceTimersByTimeAsync((days - 1) * 86_400_000)
    expect(waiting.isSettled).toBe(false)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(waiting.isSettled).toBe(true)
    expect(ask.mock.calls.length).toBeLessThan(20)
  })

  it('ends with the reason of its signal', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const waiting = clock.until(3, abort.signal)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(clock.pause(abort.signal)).rejects.toBe(reason)
  })
})

describe('sleep', () => {
  it('resolves after its time and not before', async () => {
    vi.setSystemTime(genesisTime * 1000 + 700)
    const sleeping = watch(clock.sleep(1_500))
    await vi.advanceTimersByTimeAsync(1_499)
    expect(sleeping.isSettled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(sleeping.isSettled).toBe(true)
  })

  it('of no time is none', async () => {
    await clock.sleep(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends with the reason of its signal', async () => {
    const abort = new AbortController()
    const sleeping = clock.sleep(1_500, abort.signal)
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
  })
})

it.each([
  [2_000, 500],
  [12_000, 1_000],
])('pauses, with slots of %i ms, for %i ms', async (slotDurationMs, pauseMs) => {
  const pausing = watch(new SlotClock({ genesisTime, slotDurationMs, slotsPerEpoch: 6 }).pause())
  await vi.advanceTimersByTimeAsync(pauseMs - 1)
  expect(pausing.isSettled).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(pausing.isSettled).toBe(true)
})
