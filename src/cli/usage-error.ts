import type { CommanderError } from 'commander'
import { BaseError } from '../errors.ts'

/** The command line itself is wrong: an unknown verb or flag, a missing or a superfluous argument. */
export class UsageError extends BaseError {
  constructor(shortMessage: string, metaMessages: readonly string[], facts: Record<string, unknown> = {}) {
    super({ code: 'usage', category: 'options', shortMessage, metaMessages, facts })
  }
}

/** Codes with which commander ends after it has printed what was asked for. */
const printed = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version'])

/** What commander threw: undefined when it was no failure. */
export function fromCommander(error: CommanderError): UsageError | undefined {
  if (printed.has(error.code)) return undefined
  const [first = '', ...others] = error.message.replace(/^error: /, '').split('\n')
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`
  // Its suggestions are in brackets: `(Did you mean --nodes?)`.
  const hints = others.map((line) => line.replace(/^\((.*)\)$/, '$1')).filter((line) => line !== '')
  return new UsageError(
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    [...hints, 'See `eth-localnet --help`.'],
    { usage: error.code },
  )
}
