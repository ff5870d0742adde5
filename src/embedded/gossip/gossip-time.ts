import type { Clock } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'

/**
 * The questions of time in p2p-interface.md, by a node's own clock, with MAXIMUM_GOSSIP_CLOCK_DISPARITY
 * allowed either way.
 */
export class GossipTime {
  readonly #clock: Clock
  readonly #time: SlotTime
  readonly #disparityMs: number

  constructor(clock: Clock, time: SlotTime, disparityMs: number) {
    this.#clock = clock
    this.#time = time
    this.#disparityMs = disparityMs
  }

  get slots(): SlotTime {
    return this.#time
  }

  /** When a slot is no longer in the future, Unix time. */
  earliestMs(slot: number): number {
    return this.#time.startOfSlotMs(slot) - this.#disparityMs
  }

  /** `is_future_slot` */
  isFutureSlot(slot: number): boolean {
    return this.#clock.nowMs < this.earliestMs(slot)
  }

  /** `is_future_epoch` */
  isFutureEpoch(epoch: number): boolean {
    const slot = this.#time.slotAt(this.#clock.nowMs + this.#disparityMs)
    return this.#time.epochOf(slot) < epoch
  }

  /** `is_current_slot` */
  isCurrentSlot(slot: number): boolean {
    return this.#isWithin(slot, slot + 1)
  }

  /** What a message waits for that is of a later slot; undefined for one that is late. */
  untilSlot(slot: number): { readonly timeMs: number } | undefined {
    return this.isFutureSlot(slot) ? { timeMs: this.earliestMs(slot) } : undefined
  }

  /** `is_current_or_previous_epoch` */
  isCurrentOrPreviousEpoch(epoch: number): boolean {
    return this.#isWithin(this.#time.startSlotOf(epoch), this.#time.startSlotOf(epoch + 2))
  }

  /** `is_within_slot_range`, of the slots from `first` up to, and without, `end`. */
  #isWithin(first: number, end: number): boolean {
    const { nowMs } = this.#clock
    return nowMs >= this.earliestMs(first) && nowMs <= this.#time.startOfSlotMs(end) + this.#disparityMs
  }
}
