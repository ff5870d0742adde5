import { describe, expect, it } from 'vitest'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import { virtualTime } from '../../../src/network/virtual-time.ts'
import { FakeEmbedded } from '../support/fake-embedded.ts'

const genesisTime = 1_700_000_000

function makeClock(slotDurationMs = 2_000): { embedded: FakeEmbedded; clock: SlotClock } {
  const embedded = new FakeEmbedded(genesisTime * 1000)
  const parameters = { genesisTime, slotDurationMs, slotsPerEpoch: 8 }
  return { embedded, clock: new SlotClock(parameters, virtualTime(embedded.network)) }
}

describe('virtual time', () => {
  it('is what the embedded nodes have reached, and stands still', () => {
    const { embedded, clock } = makeClock()
    const time = virtualTime(embedded.network)
    expect(time.nowMs).toBe(genesisTime * 1000)
    embedded.nowMs += 5_000
    expect(time.nowMs).toBe(genesisTime * 1000 + 5_000)
    expect(clock.currentSlot).toBe(2)
    expect(embedded.calls).toEqual([])
  })

  it('is moved on by who waits for it, by whole milliseconds and never to before it', async () => {
    const { embedded } = makeClock()
    await virtualTime(embedded.network).until(genesisTime * 1000 + 333.3)
    expect(embedded.calls).toEqual([`advanceTo ${genesisTime * 1000 + 334}`])
  })

  it('does not move for an abort, which gives its reason', async () => {
    const { embedded, clock } = makeClock()
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    for (const waiting of [clock.until(3, signal), clock.sleep(10, signal), clock.pause(signal)])
      await expect(waiting).rejects.toBe(reason)
    expect(embedded.nowMs).toBe(genesisTime * 1000)
  })
})

describe('a clock of virtual time', () => {
  it('goes to the start of a slot', async () => {
    const { clock } = makeClock()
    await clock.until(5)
    expect(clock.nowMs).toBe(genesisTime * 1000 + 10_000)
    expect(clock.currentSlot).toBe(5)
  })

  it('sleeps by moving on', async () => {
    const { clock } = makeClock()
    await clock.sleep(2_500)
    await clock.sleep(2_500)
    expect(clock.nowMs).toBe(genesisTime * 1000 + 5_000)
  })

  it.each([1_000, 2_000, 12_000])(
    'pauses for a whole slot of %i ms: the nodes are asked once in each',
    async (slotDurationMs) => {
      const { clock } = makeClock(slotDurationMs)
      await clock.pause()
      await clock.pause()
      expect(clock.nowMs).toBe(genesisTime * 1000 + 2 * slotDurationMs)
    },
  )
})
