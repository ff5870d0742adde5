import { constants } from 'node:os'
import { BaseError, type ErrorCategory } from '../errors.ts'

/** Exit codes; documented in the help. A signal that ended us gives 128 and its number, as in a shell. */
const exitCodes: Readonly<Record<ErrorCategory, number>> = { options: 2, start: 3, check: 4, runtime: 1 }

/** Signals on which a command ends what it has begun. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type EndingSignal = (typeof endingSignals)[number]

/** Not a failure: somebody wanted the end. */
export class Interruption extends Error {
  /** `down`: another command asked for it. `output-closed`: nobody reads what we print. */
  readonly reason: EndingSignal | 'down' | 'output-closed'

  constructor(reason: Interruption['reason']) {
    super(`interrupted by ${reason}`)
    this.reason = reason
  }

  get exitCode(): number {
    const { reason } = this
    return reason === 'down' || reason === 'output-closed' ? 0 : 128 + constants.signals[reason]
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.exitCode
  return error instanceof BaseError ? exitCodes[error.category] : 1
}
