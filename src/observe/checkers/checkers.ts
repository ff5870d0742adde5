import type { HistoryRecord } from '../history-record.ts'
import { type CheckBounds, wholeBounds } from './check-bounds.ts'
import type { CheckResult } from './check-result.ts'
import type { Checker, CheckerRun } from './checker.ts'
import { Conditions } from './conditions.ts'
import { executionFollows } from './execution-follows.ts'
import { finalityAdvances } from './finality-advances.ts'
import { finalityAgrees } from './finality-agrees.ts'
import { finalityStays } from './finality-stays.ts'
import { headsAgree } from './heads-agree.ts'
import { missedSlots } from './missed-slots.ts'
import { noEquivocation } from './no-equivocation.ts'
import { noReorgPastFinality } from './no-reorg-past-finality.ts'
import { participation } from './participation.ts'
import { reorgs } from './reorgs.ts'

/** Safety first, then liveness, then performance. */
const allCheckers: readonly Checker[] = [
  finalityAgrees,
  finalityStays,
  noReorgPastFinality,
  noEquivocation,
  executionFollows,
  headsAgree,
  finalityAdvances,
  participation,
  missedSlots,
  reorgs,
]

/** All checkers on their way through one history. What they hold is bounded, however long it is. */
export class Checkers {
  readonly #conditions = new Conditions()
  readonly #runs: readonly { readonly name: string; readonly run: CheckerRun }[]
  readonly #verdicts = new Map<string, CheckResult['verdict']>()

  constructor(bounds: CheckBounds = {}, checkers: readonly Checker[] = allCheckers) {
    const whole = wholeBounds(bounds)
    this.#runs = checkers.map(({ name, begin }) => ({ name, run: begin(whole, this.#conditions) }))
  }

  /** @returns the results whose verdict has changed; a verdict is looked at once a slot */
  add(record: HistoryRecord): CheckResult[] {
    this.#conditions.add(record)
    for (const { run } of this.#runs) run.add(record)
    return record.type === 'slot' ? this.results().filter((result) => this.#isNew(result)) : []
  }

  results(): CheckResult[] {
    return this.#runs.map(({ name, run }) => ({ checker: name, ...run.judge() }))
  }

  #isNew({ checker, verdict }: CheckResult): boolean {
    // Every checker begins without knowing anything: that is no news.
    const before = this.#verdicts.get(checker) ?? 'unknown'
    this.#verdicts.set(checker, verdict)
    return verdict !== before
  }
}

/** What the checkers make of a history: of all its runs, or of the last one. */
export async function checkHistory(
  records: Iterable<HistoryRecord> | AsyncIterable<HistoryRecord>,
  bounds: CheckBounds = {},
  { isLastRunOnly = false, signal }: { isLastRunOnly?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<CheckResult[]> {
  let checkers = new Checkers(bounds)
  for await (const record of records) {
    signal?.throwIfAborted()
    if (isLastRunOnly && record.type === 'run') checkers = new Checkers(bounds)
    checkers.add(record)
  }
  return checkers.results()
}
