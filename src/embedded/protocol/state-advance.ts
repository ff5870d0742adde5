import { processSlots } from '@lodestar/state-transition'
import type { BeaconState } from './beacon-state.ts'

/** Kept for each state: the next slot's, on which blocks are made and judged, and one for the epoch to come. */
const KEPT_MAX = 3

/** States advanced through empty slots, remembered for as long as the state that they come from. */
export class StateAdvance {
  readonly #advanced = new WeakMap<BeaconState, BeaconState[]>()

  /** `process_slots`. @throws RangeError when the slot is before the state's */
  advance(state: BeaconState, slot: number): BeaconState {
    if (slot === state.slot) return state
    if (!Number.isSafeInteger(slot) || slot < state.slot) {
      throw new RangeError(`A state of slot ${state.slot} cannot be brought to slot ${slot}.`)
    }
    // In order of slots.
    const kept = this.#advanced.get(state) ?? []
    let nearest = state
    for (const candidate of kept) if (candidate.slot <= slot) nearest = candidate
    if (nearest.slot === slot) return nearest
    const advanced = processSlots(nearest, slot, { dontTransferCache: true })
    kept.push(advanced)
    kept.sort((a, b) => a.slot - b.slot)
    // The oldest is wanted least: time only goes on.
    if (kept.length > KEPT_MAX) kept.shift()
    this.#advanced.set(state, kept)
    return advanced
  }
}
