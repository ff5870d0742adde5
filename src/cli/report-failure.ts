import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { toWireError } from '../control/wire-error.ts'
import { exitCodeOf, Interruption } from './exit-code.ts'
import type { Output } from './output.ts'
import { fromCommander } from './usage-error.ts'

/**
 * Prints why a command failed: a few lines for a person on standard error, and with `--json` an event as
 * well. The stack, and what was the cause, only for those who debug.
 *
 * @returns the exit code.
 */
export function reportFailure(thrown: unknown, output: Output, { isDebug }: { isDebug: boolean }): number {
  const error = thrown instanceof CommanderError ? fromCommander(thrown) : thrown
  if (error === undefined) return 0
  if (error instanceof Interruption) return exitCodeOf(error)
  const wire = toWireError(error)
  output.event({ event: 'error', ...wire })
  output.complain(`${output.errorStyle('red', '✗')} ${wire.shortMessage}`, ...indent(wire.metaMessages))
  if (isDebug) output.complain('', inspect(error, { depth: 8 }))
  return exitCodeOf(error)
}

/** Below the first line, without the empty lines at either end. */
function indent(lines: readonly string[]): string[] {
  const text = lines.join('\n').replace(/^\n+|\s+$/g, '')
  return text === '' ? [] : text.split('\n').map((line) => (line === '' ? '' : `  ${line}`))
}
