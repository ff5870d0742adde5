import type { SlotRecord } from '../history-record.ts'
import type { Conditions } from './conditions.ts'

/**
 * Watches the slots go by and tells of every epoch that was watched as a whole and without disturbance.
 *
 * @param settleEpochs epochs after a disturbance that do not count
 */
export class EpochTally {
  readonly #conditions: Conditions
  readonly #settleEpochs: number
  #epoch = -1
  #slots = 0
  #isCalm = true

  constructor(conditions: Conditions, settleEpochs: number) {
    this.#conditions = conditions
    this.#settleEpochs = settleEpochs
  }

  /** @returns whether this slot was the last of an undisturbed epoch */
  add({ epoch, slot }: SlotRecord): boolean {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#slots = 0
      this.#isCalm = true
    }
    this.#slots += 1
    const calmFrom = this.#conditions.calmFromEpoch(this.#settleEpochs)
    this.#isCalm &&= calmFrom !== undefined && calmFrom <= epoch
    const slotsPerEpoch = this.#conditions.run?.chain.slotsPerEpoch ?? Number.POSITIVE_INFINITY
    const isLast = (slot + 1) % slotsPerEpoch === 0
    return isLast && this.#isCalm && this.#slots === slotsPerEpoch
  }
}
