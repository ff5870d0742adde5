import { type NetworkTime, wallTime } from './network-time.ts'

const maxPauseMs = 1_000

/** Time in slots. Slot 0 starts at genesis; before it the current slot is negative. */
export class SlotClock {
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
  readonly #time: NetworkTime

  constructor(
    parameters: { genesisTime: number; slotDurationMs: number; slotsPerEpoch: number },
    time: NetworkTime = wallTime,
  ) {
    this.genesisTimeMs = parameters.genesisTime * 1000
    this.slotDurationMs = parameters.slotDurationMs
    this.slotsPerEpoch = parameters.slotsPerEpoch
    this.#time = time
  }

  /** Unix time. */
  get nowMs(): number {
    return this.#time.nowMs
  }

  get currentSlot(): number {
    return Math.floor((this.nowMs - this.genesisTimeMs) / this.slotDurationMs)
  }

  epochOf(slot: number): number {
    return Math.floor(slot / this.slotsPerEpoch)
  }

  startOf(slot: number): number {
    return this.genesisTimeMs + slot * this.slotDurationMs
  }

  /** Resolves at the start of a slot, or at once when it has started. */
  async until(slot: number, signal?: AbortSignal): Promise<void> {
    await this.#time.until(this.startOf(slot), signal)
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    await this.#time.until(this.nowMs + durationMs, signal)
  }

  /** A moment between two questions to a node: a part of a slot, at most a second in real time. */
  async pause(signal?: AbortSignal): Promise<void> {
    const { pollsPerSlot } = this.#time
    const partMs = this.slotDurationMs / pollsPerSlot
    await this.#time.until(this.nowMs + (pollsPerSlot === 1 ? partMs : Math.min(partMs, maxPauseMs)), signal)
  }
}
