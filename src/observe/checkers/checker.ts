import type { HistoryRecord } from '../history-record.ts'
import type { WholeBounds } from './check-bounds.ts'
import type { CheckResult } from './check-result.ts'
import type { Conditions } from './conditions.ts'

export type Judgement = Omit<CheckResult, 'checker'>

/** A checker on its way through a history. It holds no more than a bounded part of it. */
export interface CheckerRun {
  /** Takes the next record; the conditions include it already. */
  add(record: HistoryRecord): void
  judge(): Judgement
}

/** A property that a history has, has not, or cannot tell. */
export interface Checker {
  readonly name: string
  begin(bounds: WholeBounds, conditions: Conditions): CheckerRun
}

/** Lines of evidence that are kept: the first ones, which are nearest to the cause. */
const evidenceMax = 5

/** What speaks against a property. A property that was violated once stays violated. */
export class Violations {
  readonly #evidence: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  add(line: string): void {
    this.#count += 1
    if (this.#evidence.length < evidenceMax) this.#evidence.push(line)
  }

  /** A failure when there is any violation, and otherwise what the rest of the history gives. */
  judge(failed: string, otherwise: () => Judgement): Judgement {
    if (this.#count === 0) return otherwise()
    const more = this.#count - this.#evidence.length
    const evidence = more > 0 ? [...this.#evidence, `and ${more} more`] : [...this.#evidence]
    return { verdict: 'fail', summary: failed, evidence }
  }
}

export function pass(summary: string, ...evidence: readonly string[]): Judgement {
  return { verdict: 'pass', summary, evidence }
}

export function unknown(summary: string, ...evidence: readonly string[]): Judgement {
  return { verdict: 'unknown', summary, evidence }
}
