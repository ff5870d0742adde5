import { type Conduct, honestConduct } from './conduct.ts'
import type { DutyKind } from './duty-report.ts'

interface Assignment {
  readonly validatorIndices: ReadonlySet<number>
  readonly fromSlot: number
  readonly untilSlot: number
  readonly conduct: Conduct
}

/** Which of a node's validators goes about its duties how: honestly, unless something else was assigned. */
export class Conducts {
  readonly #assignments = new Map<string, Assignment>()

  /** @param id of what can be taken back */
  assign(
    id: string,
    conduct: Conduct,
    order: {
      readonly validatorIndices: readonly number[]
      readonly fromSlot: number
      readonly untilSlot?: number | undefined
    },
  ): void {
    const { validatorIndices, fromSlot, untilSlot = Number.POSITIVE_INFINITY } = order
    this.#assignments.set(id, { conduct, validatorIndices: new Set(validatorIndices), fromSlot, untilSlot })
  }

  takeBack(id: string): void {
    this.#assignments.delete(id)
  }

  /** What was assigned last counts. */
  of(validatorIndex: number, slot: number): Conduct {
    let found = honestConduct
    for (const { conduct, validatorIndices, fromSlot, untilSlot } of this.#assignments.values()) {
      if (slot >= fromSlot && slot < untilSlot && validatorIndices.has(validatorIndex)) found = conduct
    }
    return found
  }

  /** Those of the duties that are done at all. */
  performed<Duty extends { readonly validatorIndex: number }>(
    kind: DutyKind,
    slot: number,
    duties: readonly Duty[],
  ): readonly Duty[] {
    if (this.#assignments.size === 0) return duties
    return duties.filter(({ validatorIndex }) => this.of(validatorIndex, slot).performs(kind))
  }
}
