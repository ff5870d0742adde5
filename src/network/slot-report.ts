import { recordAtFraction } from '../apis/node-event.ts'
import type { History } from '../observe/history.ts'
import type { SlotRecord } from '../observe/history-record.ts'
import type { SlotClock } from './slot-clock.ts'

/** What happened in one slot, as most of the running nodes see it: the slot's record in the history. */
export type SlotReport = Omit<SlotRecord, 'type'>

/** Reports that wait for whoever is slow to take them; older ones are left out. */
const waitingMax = 1_024

/** One report a slot, near its end, from the present slot on. Virtual time moves on with whoever asks. */
export async function* watchSlots(
  { history, clock }: { readonly history: History; readonly clock: SlotClock },
  signal: AbortSignal,
): AsyncGenerator<SlotReport> {
  const waiting: SlotReport[] = []
  let wake = () => {}
  const unsubscribe = history.subscribe((record) => {
    if (record.type !== 'slot') return
    const { type: _, ...report } = record
    waiting.push(report)
    if (waiting.length > waitingMax) waiting.shift()
    wake()
  })
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    for (let slot = Math.max(0, clock.currentSlot); ; ) {
      await clock.until(slot + recordAtFraction, signal)
      while (waiting.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
      signal.throwIfAborted()
      for (let report = waiting.shift(); report !== undefined; report = waiting.shift()) {
        slot = report.slot + 1
        yield report
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    unsubscribe()
  }
}
