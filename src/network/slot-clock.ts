import { delay } from './delay.ts'

/** Wall-clock time in slots. Slot 0 starts at genesis; before it the current slot is negative. */
export class SlotClock {
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number

  constructor(parameters: { genesisTime: number; slotDurationMs: number; slotsPerEpoch: number }) {
    this.genesisTimeMs = parameters.genesisTime * 1000
    this.slotDurationMs = parameters.slotDurationMs
    this.slotsPerEpoch = parameters.slotsPerEpoch
  }

  get currentSlot(): number {
    return Math.floor((Date.now() - this.genesisTimeMs) / this.slotDurationMs)
  }

  epochOf(slot: number): number {
    return Math.floor(slot / this.slotsPerEpoch)
  }

  startOf(slot: number): number {
    return this.genesisTimeMs + slot * this.slotDurationMs
  }

  /** Resolves at the start of a slot, or at once when it has started. */
  async until(slot: number, signal?: AbortSignal): Promise<void> {
    // Timers may fire a little early, so the clock is asked again.
    for (let wait = this.#untilStart(slot); wait > 0; wait = this.#untilStart(slot)) {
      await delay(Math.min(wait, maxTimerMs), signal)
    }
  }

  /** A moment between two questions to a node: a quarter of a slot, at most a second. */
  async pause(signal?: AbortSignal): Promise<void> {
    await delay(Math.min(this.slotDurationMs / 4, 1_000), signal)
  }

  #untilStart(slot: number): number {
    return this.startOf(slot) - Date.now()
  }
}

/** A Node timer longer than 2^31 - 1 ms fires at once. */
const maxTimerMs = 2 ** 31 - 1
