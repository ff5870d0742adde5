import type { AttestationForForkChoice, ChainObserver } from './chain-events.ts'

const WAITING_MAX = 16_384

/**
 * Shows the observer the attestations that fork choice is given, when they count: the specification knows no
 * queue, so one that came in its own slot is shown after the tick of the next.
 */
export class ObservedAttestations {
  readonly #observer: ChainObserver
  #waiting: AttestationForForkChoice[] = []

  constructor(observer: ChainObserver) {
    this.#observer = observer
  }

  show(attestation: AttestationForForkChoice, outcome: 'applied' | 'queued' | 'refused'): void {
    if (outcome !== 'queued') {
      this.#observer.onAttestation?.(attestation.toAttestation(), outcome === 'applied')
    } else if (this.#waiting.length < WAITING_MAX) {
      this.#waiting.push(attestation)
    }
  }

  onSlot(currentSlot: number): void {
    if (this.#waiting.length === 0) return
    // Earliest slot first, as fork choice takes them.
    const due = this.#waiting.filter(({ slot }) => slot < currentSlot).sort((a, b) => a.slot - b.slot)
    this.#waiting = this.#waiting.filter(({ slot }) => slot >= currentSlot)
    for (const attestation of due) this.#observer.onAttestation?.(attestation.toAttestation(), true)
  }
}
