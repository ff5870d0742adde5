import { ForkChoiceError } from './errors.ts'
import type { AttestationSummary, Root } from './types.ts'

/** Attestations that wait for their slot to pass, in the order they came. */
export class AttestationQueue {
  readonly #maxLength: number
  readonly #bySlot = new Map<number, AttestationSummary[]>()
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#length
  }

  /** @throws ForkChoiceError `limit-reached` */
  add(attestation: AttestationSummary): void {
    if (this.#length >= this.#maxLength) {
      throw new ForkChoiceError({
        reason: 'limit-reached',
        message: `${this.#length} attestations already wait for their slot to pass.`,
        hints: ['Drop this one: its votes also come in an aggregate, and in a block.'],
        facts: { maxQueuedAttestations: this.#maxLength, slot: attestation.slot },
      })
    }
    const sameSlot = this.#bySlot.get(attestation.slot)
    if (sameSlot === undefined) this.#bySlot.set(attestation.slot, [attestation])
    else sameSlot.push(attestation)
    this.#length += 1
  }

  /** Removes the attestations for these blocks. */
  dropBlocks(roots: ReadonlySet<Root>): void {
    for (const [slot, attestations] of this.#bySlot) {
      const others = attestations.filter(({ blockRoot }) => !roots.has(blockRoot))
      this.#length -= attestations.length - others.length
      this.#bySlot.set(slot, others)
    }
  }

  /** Removes the attestations of all slots before `slot` and hands them over, earliest slot first. */
  takeBefore(slot: number, handOver: (attestation: AttestationSummary) => void): void {
    const passedSlots = [...this.#bySlot.keys()].filter((waiting) => waiting < slot).sort((a, b) => a - b)
    for (const passedSlot of passedSlots) {
      const attestations = this.#bySlot.get(passedSlot) ?? []
      this.#bySlot.delete(passedSlot)
      this.#length -= attestations.length
      for (const attestation of attestations) handOver(attestation)
    }
  }
}
