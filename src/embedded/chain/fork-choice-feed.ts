import type { AttesterSlashing } from '@lodestar/types'
import type { Clock } from '../clock/clock.ts'
import { ForkChoiceError } from '../fork-choice/errors.ts'
import type { ForkChoice } from '../fork-choice/fork-choice.ts'
import type { AttestationSummary } from '../fork-choice/types.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { Transition } from '../protocol/transition.ts'
import type { AttestationForForkChoice, ChainObserver } from './chain-events.ts'
import { ObservedAttestations } from './observed-attestations.ts'

export interface ForkChoiceFeedParameters {
  readonly clock: Clock
  readonly forkChoice: ForkChoice
  readonly observer: ChainObserver
  /** Time that fork choice starts at. */
  readonly startMs: number
  /** Hears of what the observer throws. */
  readonly onDefect: (error: unknown) => void
}

/** Hands everything to fork choice that it is to see, and shows the same to the observer, in the same order. */
export class ForkChoiceFeed {
  readonly #clock: Clock
  readonly #forkChoice: ForkChoice
  readonly #observer: ChainObserver
  readonly #attestations: ObservedAttestations | undefined
  readonly #onDefect: (error: unknown) => void
  #tickedMs: number
  #refusedAttestations = 0

  constructor({ clock, forkChoice, observer, startMs, onDefect }: ForkChoiceFeedParameters) {
    this.#clock = clock
    this.#forkChoice = forkChoice
    this.#observer = observer
    this.#attestations = observer.onAttestation === undefined ? undefined : new ObservedAttestations(observer)
    this.#onDefect = onDefect
    this.#tickedMs = startMs
  }

  /** Attestations that fork choice has refused, from gossip and from blocks. */
  get refusedAttestations(): number {
    return this.#refusedAttestations
  }

  /** Brings fork choice to the present time. */
  tick(): void {
    const { nowMs } = this.#clock
    if (nowMs <= this.#tickedMs) return
    this.#tickedMs = nowMs
    this.#forkChoice.onTick(nowMs)
    this.#show(() => {
      this.#observer.onTick?.(nowMs)
      this.#attestations?.onSlot(this.#forkChoice.currentSlot)
      this.#observer.onTicked?.()
    })
  }

  /**
   * `on_block`, and what the block holds of votes and slashings.
   * @throws ForkChoiceError
   */
  addBlock(
    block: SignedBlock,
    transition: Transition,
    { isOptimistic, isTimely }: { isOptimistic: boolean; isTimely: boolean },
  ): void {
    const { slot, root, parentRoot, proposerIndex, executionBlockHash } = block
    this.#forkChoice.onBlock({
      slot,
      root,
      parentRoot,
      proposerIndex,
      executionBlockHash,
      executionStatus: isOptimistic ? 'optimistic' : 'valid',
      isTimely,
      justifiedCheckpoint: transition.justified,
      finalizedCheckpoint: transition.finalized,
      unrealizedJustifiedCheckpoint: transition.unrealizedJustified,
      unrealizedFinalizedCheckpoint: transition.unrealizedFinalized,
    })
    for (const attestation of transition.indexedAttestations) this.#vote(attestation)
    for (const indices of transition.attesterSlashingIndices) this.#forkChoice.onAttesterSlashing(indices)
  }

  /** To be called when the block is in all of the chain's parts, so that the observer can ask about it. */
  showBlock(block: SignedBlock, isValid: boolean): void {
    this.#show(() => this.#observer.onBlock?.(block, isValid))
  }

  /** `on_attestation`, of a vote from gossip. What fork choice refuses is counted. */
  addAttestation(attestation: AttestationForForkChoice): void {
    const outcome = this.#vote(attestation)
    if (this.#attestations !== undefined) this.#show(() => this.#attestations?.show(attestation, outcome))
  }

  /** `on_attester_slashing`. */
  addAttesterSlashing(slashing: AttesterSlashing, indices: readonly number[]): void {
    this.#forkChoice.onAttesterSlashing(indices)
    this.#show(() => this.#observer.onAttesterSlashing?.(slashing, true))
  }

  /** The chain follows time no more. */
  stop(): void {
    this.#show(() => this.#observer.onStop?.())
  }

  #vote(attestation: AttestationSummary): 'applied' | 'queued' | 'refused' {
    try {
      return this.#forkChoice.onAttestation(attestation)
    } catch (error) {
      if (!(error instanceof ForkChoiceError)) throw error
      this.#refusedAttestations += 1
      return 'refused'
    }
  }

  #show(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onDefect(error)
    }
  }
}
