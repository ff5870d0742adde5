import type { NodeRecord } from '../../observe/history-record.ts'
import type { Output } from '../output.ts'

/** A node's new state, in a line. */
export function nodeText(name: string, state: string): string {
  return `${name} is ${state}`
}

/** A node that failed: what ended, and the last that it logged. */
export function crashText(
  name: string,
  { title, reason, logFile, lastLines }: NonNullable<NodeRecord['crash']>,
  style: Output['style'],
): string[] {
  return [
    style('red', `✗ ${name} failed: ${title} ended, ${reason}`),
    ...lastLines.map((line) => `  | ${line}`),
    `  Log: ${logFile}`,
    `  Start it again with \`eth-localnet start ${name}\``,
  ]
}
