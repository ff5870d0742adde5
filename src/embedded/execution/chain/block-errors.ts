import { BaseError } from '../../../errors.ts'

/** A block breaks a rule of the protocol: the payload is INVALID, for good. */
export class InvalidBlockError extends BaseError {
  constructor(reason: string, cause?: unknown) {
    super({
      code: 'execution-block-invalid',
      category: 'runtime',
      shortMessage: reason,
      cause,
    })
  }
}

/**
 * Tells a failed check of the library, which throws plain errors, from a defect: a defect must not make a
 * block INVALID, since that verdict is remembered.
 */
export function isFailedCheck(error: unknown): error is Error {
  const isDefect =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
  return error instanceof Error && !isDefect
}

/** The library's reason for a failed check, without the description of its machine that follows. */
export function reasonOf(error: Error): string {
  const [reason = error.message] = error.message.split(' (vm hf=')
  return reason
}
