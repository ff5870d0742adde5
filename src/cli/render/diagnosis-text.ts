import type { Diagnosis } from '../../observe/doctor/diagnosis.ts'
import type { Output } from '../output.ts'

/** A diagnosis for a person: the cause, how it is known, and what to do. */
export function diagnosisText(diagnosis: Diagnosis, style: Output['style']): string[] {
  const { healthy, cause, summary, evidence, advice, also } = diagnosis
  const title = healthy ? style('green', `✓ ${summary}`) : style('red', `✗ ${cause}: ${summary}`)
  return [
    title,
    ...paragraph('Seen', evidence, style),
    ...paragraph('What to do', advice, style),
    ...paragraph(
      'Also',
      also.map((other) => `${other.cause}: ${other.summary}`),
      style,
    ),
  ]
}

function paragraph(name: string, lines: readonly string[], style: Output['style']): string[] {
  return lines.length === 0 ? [] : ['', style('bold', name), ...lines.map((line) => `  ${line}`)]
}
