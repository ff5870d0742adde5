import { PublishError } from '../production/publisher.ts'

export const dutyKinds = [
  'schedule',
  'proposal',
  'attestation',
  'aggregate',
  'sync-message',
  'contribution',
] as const

/** `schedule` is finding out what is to be done. */
export type DutyKind = (typeof dutyKinds)[number]

/** A duty that was not done, or not by all. */
export interface DutyFailure {
  readonly duty: DutyKind
  readonly slot: number
  /** Whose duty it was. */
  readonly validatorIndices: readonly number[]
  readonly error: unknown
}

export interface DutyCount {
  /** Messages that were published. */
  done: number
  /** Messages that were not needed: another node's said it all. */
  spared: number
  /** Messages that should have been published, and were not. */
  failed: number
}

/** Counts what a node's validators have done, and tells what they have not. */
export class DutyReport {
  readonly counts: Readonly<Record<DutyKind, DutyCount>>
  readonly #onFailure: (failure: DutyFailure) => void

  constructor(onFailure: (failure: DutyFailure) => void) {
    this.#onFailure = onFailure
    const entries = dutyKinds.map((kind) => [kind, { done: 0, spared: 0, failed: 0 }])
    this.counts = Object.fromEntries(entries) as Record<DutyKind, DutyCount>
  }

  spared(duty: DutyKind): void {
    this.counts[duty].spared++
  }

  failed(duty: DutyKind, slot: number, validatorIndices: readonly number[], error: unknown): void {
    this.counts[duty].failed += Math.max(1, validatorIndices.length)
    this.#onFailure({ duty, slot, validatorIndices, error })
  }

  /**
   * Publishes messages, one for each of these validators in the same order.
   * Never rejects: what fails is reported, of a list only those that failed.
   */
  async publish(
    duty: DutyKind,
    slot: number,
    validatorIndices: readonly number[],
    publish: () => Promise<void>,
  ): Promise<void> {
    try {
      await publish()
      this.counts[duty].done += validatorIndices.length
    } catch (error) {
      const failed =
        error instanceof PublishError
          ? validatorIndices.filter((_, index) => error.failures.some((failure) => failure.index === index))
          : validatorIndices
      this.counts[duty].done += validatorIndices.length - failed.length
      this.failed(duty, slot, failed, error)
    }
  }

  /** Does what may fail as a whole. Never rejects. */
  async attempt(
    duty: DutyKind,
    slot: number,
    validatorIndices: readonly number[],
    action: () => Promise<void>,
  ): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.failed(duty, slot, validatorIndices, error)
    }
  }
}
