import type { ForkChoiceParameters } from './parameters.ts'

const BASIS_POINTS = 10_000

/** `compute_epoch_at_slot`. */
export function epochAtSlot(slot: number, slotsPerEpoch: number): number {
  return Math.floor(slot / slotsPerEpoch)
}

/** `compute_start_slot_at_epoch`. */
export function startSlotOfEpoch(epoch: number, slotsPerEpoch: number): number {
  return epoch * slotsPerEpoch
}

/** `store.time_ms` and what follows from it. It moves only when it is told to: there is no clock in here. */
export class StoreTime {
  readonly #parameters: ForkChoiceParameters
  #timeMs: number
  #slot: number

  constructor(parameters: ForkChoiceParameters, slot: number) {
    this.#parameters = parameters
    this.#timeMs = parameters.genesisTimeMs + slot * parameters.slotDurationMs
    this.#slot = slot
  }

  /** `store.time_ms`. */
  get timeMs(): number {
    return this.#timeMs
  }

  /** `get_current_slot`. */
  get slot(): number {
    return this.#slot
  }

  /** `get_current_store_epoch`. */
  get epoch(): number {
    return epochAtSlot(this.#slot, this.#parameters.slotsPerEpoch)
  }

  /** `get_time_into_slot_ms`. */
  get timeIntoSlotMs(): number {
    const { genesisTimeMs, slotDurationMs } = this.#parameters
    return this.#timeMs - genesisTimeMs - this.#slot * slotDurationMs
  }

  /**
   * Moves on; a time that is not later is left alone, as `on_tick` is defined for later times only. A fraction
   * of a millisecond is dropped, as the specification has none: both judge deadlines alike.
   */
  advanceTo(timeMs: number): void {
    const wholeMs = Math.floor(timeMs)
    if (wholeMs <= this.#timeMs) return
    const { genesisTimeMs, slotDurationMs } = this.#parameters
    this.#timeMs = wholeMs
    this.#slot = Math.floor((wholeMs - genesisTimeMs) / slotDurationMs)
  }

  /** `get_attestation_due_ms`. */
  get attestationDueMs(): number {
    return this.#slotComponentMs(this.#parameters.attestationDueBps)
  }

  /** `get_proposer_reorg_cutoff_ms`. */
  get proposerReorgCutoffMs(): number {
    return this.#slotComponentMs(this.#parameters.proposerReorgCutoffBps)
  }

  /** `get_slot_component_duration_ms`. */
  #slotComponentMs(basisPoints: number): number {
    return Math.floor((basisPoints * this.#parameters.slotDurationMs) / BASIS_POINTS)
  }
}
