import type { Checkpoint } from './types.ts'

/** The store's four checkpoints. They only ever move to a later epoch. */
export class Checkpoints {
  #justified: Checkpoint
  #finalized: Checkpoint
  #unrealizedJustified: Checkpoint
  #unrealizedFinalized: Checkpoint

  constructor(anchor: Checkpoint) {
    this.#justified = anchor
    this.#finalized = anchor
    this.#unrealizedJustified = anchor
    this.#unrealizedFinalized = anchor
  }

  get justified(): Checkpoint {
    return this.#justified
  }

  get finalized(): Checkpoint {
    return this.#finalized
  }

  get unrealizedJustified(): Checkpoint {
    return this.#unrealizedJustified
  }

  get unrealizedFinalized(): Checkpoint {
    return this.#unrealizedFinalized
  }

  /** `update_checkpoints`. */
  update(justified: Checkpoint, finalized: Checkpoint): void {
    this.#justified = later(this.#justified, justified)
    this.#finalized = later(this.#finalized, finalized)
  }

  /** `update_unrealized_checkpoints`. */
  updateUnrealized(justified: Checkpoint, finalized: Checkpoint): void {
    this.#unrealizedJustified = later(this.#unrealizedJustified, justified)
    this.#unrealizedFinalized = later(this.#unrealizedFinalized, finalized)
  }
}

function later(current: Checkpoint, candidate: Checkpoint): Checkpoint {
  return candidate.epoch > current.epoch ? candidate : current
}

export function isSameCheckpoint(a: Checkpoint, b: Checkpoint): boolean {
  return a.epoch === b.epoch && a.root === b.root
}
