import { BaseError, messageOf } from '../../errors.ts'
import { printValue } from '../../plan/print-value.ts'

/** Status codes by which the Beacon API refuses a request. */
export type ErrorStatus = 400 | 403 | 404 | 405 | 406 | 413 | 414 | 415 | 501 | 503

/** One refused item of a list, as in the standard's `IndexedErrorMessage`. */
export interface IndexedFailure {
  readonly index: number
  readonly message: string
}

/** A request that is not answered with what it asked for. The client gets the status and the message. */
export class BeaconApiError extends BaseError {
  readonly status: ErrorStatus
  readonly failures: readonly IndexedFailure[] | undefined

  constructor(
    status: ErrorStatus,
    message: string,
    more: { failures?: readonly IndexedFailure[]; cause?: unknown } = {},
  ) {
    super({
      code: 'beacon-api-request',
      category: 'runtime',
      shortMessage: message,
      facts: { status },
      cause: more.cause,
    })
    this.status = status
    this.failures = more.failures
  }

  /** The standard's `ErrorMessage`, or its `IndexedErrorMessage`. */
  toJson(): { code: number; message: string; failures?: readonly IndexedFailure[] } {
    const { status, shortMessage, failures } = this
    return { code: status, message: shortMessage, ...(failures && { failures }) }
  }
}

/** @param expected what would be right, as the end of a sentence: `a decimal number` */
export function badParameter(name: string, value: unknown, expected: string): BeaconApiError {
  return new BeaconApiError(400, `Invalid ${name} ${printValue(value)}: expected ${expected}.`)
}

export function badBody(error: unknown): BeaconApiError {
  return new BeaconApiError(400, `Invalid body: ${messageOf(error)}`, { cause: error })
}

export function notFound(message: string): BeaconApiError {
  return new BeaconApiError(404, message)
}
