import type { CheckResult } from '../../observe/checkers/check-result.ts'
import type { Verdict } from '../../observe/history-record.ts'
import type { Output } from '../output.ts'

const signs: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', unknown: '?' }
const colours = { pass: 'green', fail: 'red', unknown: 'dim' } as const

/** Verdicts of checkers, one a line, with the evidence of those that failed. */
export function checkText(results: readonly CheckResult[], style: Output['style']): string[] {
  const width = Math.max(...results.map(({ checker }) => checker.length))
  return results.flatMap(({ checker, verdict, summary, evidence }) => [
    `${style(colours[verdict], `${signs[verdict]} ${checker.padEnd(width)}`)}  ${summary}`,
    ...(verdict === 'fail' ? evidence.map((line) => `  ${line}`) : []),
  ])
}
