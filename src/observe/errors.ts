import { BaseError } from '../errors.ts'
import type { CheckResult } from './checkers/check-result.ts'

/** A history file cannot be read, from some line on or at all. */
export class HistoryFileError extends BaseError {
  /** The first line that cannot be read, counted from 1; undefined when it is the whole file. */
  readonly line: number | undefined

  constructor(
    code: 'history-missing' | 'history-foreign' | 'history-version' | 'history-damaged',
    parameters: { path: string; line?: number; problem: string; advice: string; cause?: unknown },
  ) {
    const { path, line, problem, advice, cause } = parameters
    super({
      code,
      category: 'options',
      shortMessage: problem,
      metaMessages: [`File: ${path}${line === undefined ? '' : `, line ${line}`}`, advice],
      facts: { path, line },
      cause,
    })
    this.line = line
  }
}

/** A checker has failed. `results` has the verdicts of all of them, with their evidence. */
export class UnhealthyError extends BaseError {
  readonly results: readonly CheckResult[]

  constructor(results: readonly CheckResult[], { seed, path }: { seed: number; path: string }) {
    const failed = results.filter(({ verdict }) => verdict === 'fail')
    const [first] = failed
    super({
      code: 'unhealthy',
      category: 'check',
      shortMessage: failed.length === 1 && first ? first.summary : `${failed.length} checks failed.`,
      metaMessages: [
        ...failed.flatMap(({ checker, summary, evidence }) => [
          `${checker}: ${summary}`,
          ...evidence.map((line) => `  ${line}`),
        ]),
        `History: ${path}`,
        `Seed: ${seed}`,
      ],
      facts: { results, seed },
    })
    this.results = results
  }
}
