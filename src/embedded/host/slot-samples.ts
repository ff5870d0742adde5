import { recordAtFraction } from '../../apis/node-event.ts'
import type { Clock } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'

/**
 * Calls back near the end of every slot, when a network's history looks at it.
 *
 * @param sample must not wait for anything
 */
export function sampleSlots(clock: Clock, time: SlotTime, sample: (slot: number) => void): void {
  const endMs = (slot: number) =>
    Math.ceil(time.genesisTimeMs + (slot + recordAtFraction) * time.slotDurationMs)
  const awaitSlot = (slot: number) => {
    clock.at(endMs(slot), () => {
      awaitSlot(Math.max(slot + 1, time.slotAt(clock.nowMs)))
      sample(slot)
    })
  }
  awaitSlot(Math.max(0, time.slotAt(clock.nowMs)))
}
