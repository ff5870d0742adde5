import { describe, expect, it, vi } from 'vitest'
import { wallTime } from '../../../src/network/network-time.ts'
import { useFakeClock } from '../support/fake-clock.ts'

const startMs = 1_700_000_000_000

useFakeClock(startMs)

describe('the time on the wall', () => {
  it('is that of the machine', () => {
    expect(wallTime.nowMs).toBe(startMs)
    vi.setSystemTime(startMs + 7)
    expect(wallTime.nowMs).toBe(startMs + 7)
  })

  it('is waited for, and not asked to move', async () => {
    const done = vi.fn()
    void wallTime.until(startMs + 300).then(done)
    await vi.advanceTimersByTimeAsync(299)
    expect(done).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(done).toHaveBeenCalled()
    expect(wallTime.nowMs).toBe(startMs + 300)
  })

  it.each([0, -1, -1e9])('is there already %i ms from now', async (laterMs) => {
    await wallTime.until(startMs + laterMs)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is no longer waited for after an abort, which gives its reason', async () => {
    const abort = new AbortController()
    const waiting = wallTime.until(startMs + 300, abort.signal)
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})
