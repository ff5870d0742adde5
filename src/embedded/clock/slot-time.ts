/** Time in slots and epochs. Slot 0 starts at genesis; before it slots are negative. */
export class SlotTime {
  /** Unix time. */
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number

  constructor(parameters: { genesisTimeMs: number; slotDurationMs: number; slotsPerEpoch: number }) {
    this.genesisTimeMs = parameters.genesisTimeMs
    this.slotDurationMs = parameters.slotDurationMs
    this.slotsPerEpoch = parameters.slotsPerEpoch
  }

  slotAt(timeMs: number): number {
    return Math.floor((timeMs - this.genesisTimeMs) / this.slotDurationMs)
  }

  startOfSlotMs(slot: number): number {
    return this.genesisTimeMs + slot * this.slotDurationMs
  }

  /** A moment within a slot, given as the specification does, in 1/10,000 of a slot (e.g. ATTESTATION_DUE_BPS). */
  dueInSlotMs(slot: number, basisPoints: number): number {
    return this.startOfSlotMs(slot) + Math.floor((basisPoints * this.slotDurationMs) / 10_000)
  }

  epochOf(slot: number): number {
    return Math.floor(slot / this.slotsPerEpoch)
  }

  startSlotOf(epoch: number): number {
    return epoch * this.slotsPerEpoch
  }
}
