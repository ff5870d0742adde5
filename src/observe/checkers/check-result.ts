import type { Verdict } from '../history-record.ts'

/** What a checker makes of a history. */
export interface CheckResult {
  /** Name of the checker, e.g. `finality-advances`. */
  readonly checker: string
  readonly verdict: Verdict
  /** One sentence. */
  readonly summary: string
  /** What was seen, a line each; at most as many as a person would read. */
  readonly evidence: readonly string[]
}
