import { describe, expect, it, vi } from 'vitest'
import { holderOf } from '../../../src/network/holder-of.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import { watchSlots } from '../../../src/network/slot-report.ts'
import { History } from '../../../src/observe/history.ts'
import type { SlotRecord } from '../../../src/observe/history-record.ts'
import { useFakeClock } from '../support/fake-clock.ts'
import { exampleNodes } from './support/fake-node.ts'

const genesisTime = 1_700_000_000
const clock = new SlotClock({ genesisTime, slotDurationMs: 2_000, slotsPerEpoch: 8 })

useFakeClock(genesisTime * 1000)

function slotRecord(slot: number): SlotRecord {
  const timeMs = clock.startOf(slot) + 1_800
  return { type: 'slot', timeMs, slot, epoch: 0, nodesAtHead: 2, nodesRunning: 2 }
}

/** Reports of a history in memory, and the way to end them. */
function watch() {
  const history = new History('/nowhere/history.jsonl')
  const abort = new AbortController()
  return { history, abort, reports: watchSlots({ history, clock }, abort.signal) }
}

describe('the reports', () => {
  it('are the records of the slots, from the present slot on, near the end of each', async () => {
    const { history, abort, reports } = watch()
    vi.setSystemTime((genesisTime + 10) * 1000)
    const onReport = vi.fn()
    const next = reports.next().then(onReport)
    await vi.advanceTimersByTimeAsync(1_799)
    history.record({ type: 'network', timeMs: 0, state: 'ready' })
    history.record(slotRecord(5))
    expect(onReport).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await next
    const { type: _, ...report } = slotRecord(5)
    expect(onReport).toHaveBeenCalledWith({ done: false, value: report })
    abort.abort()
  })

  it('wait for a record that is late', async () => {
    const { history, abort, reports } = watch()
    const next = reports.next()
    await vi.advanceTimersByTimeAsync(5_000)
    history.record(slotRecord(0))
    expect(await next).toMatchObject({ value: { slot: 0 } })
    abort.abort()
  })

  it('leave out no slot while their reader is busy', async () => {
    const { history, abort, reports } = watch()
    const next = reports.next()
    await vi.advanceTimersByTimeAsync(1_800)
    for (const slot of [0, 1, 2]) history.record(slotRecord(slot))
    const slots = [await next, await reports.next(), await reports.next()].map(({ value }) => value?.slot)
    expect(slots).toEqual([0, 1, 2])
    abort.abort()
  })

  it('go on behind slots that nobody recorded', async () => {
    const { history, abort, reports } = watch()
    const next = reports.next()
    await vi.advanceTimersByTimeAsync(1_800)
    history.record(slotRecord(40))
    expect(await next).toMatchObject({ value: { slot: 40 } })
    abort.abort()
  })

  it('end with the signal, also while they wait for a record', async () => {
    const { abort, reports } = watch()
    const next = reports.next()
    await vi.advanceTimersByTimeAsync(1_800)
    abort.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('begin with slot 0 before genesis', async () => {
    vi.setSystemTime((genesisTime - 3) * 1000)
    const { history, abort, reports } = watch()
    const next = reports.next()
    await vi.advanceTimersByTimeAsync(4_799)
    history.record(slotRecord(0))
    await vi.advanceTimersByTimeAsync(1)
    expect(await next).toMatchObject({ value: { slot: 0 } })
    abort.abort()
  })
})

it('knows the node that holds a key', () => {
  const manifest = exampleNodes(3)
  const holders = [0, 3, 4, 11].map((validator) => holderOf(validator, manifest))
  expect(holders).toEqual(['node-0', 'node-0', 'node-1', 'node-2'])
  expect(holderOf(12, manifest)).toBeUndefined()
})
