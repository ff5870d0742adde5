import { BaseError } from '../errors.ts'
import { printValue } from './print-value.ts'

type OptionErrorCode =
  /** A value that is never allowed, or not together with the other options. */
  | 'option-invalid'
  /** A key that does not exist. */
  | 'option-unknown'
  /** A value that one of the chosen clients cannot run. */
  | 'option-unsupported'

export interface OptionErrorParameters {
  code?: OptionErrorCode
  /** Path of the option, such as `validators.distribution[2]`. */
  field: string
  /** What is wrong, as the end of a sentence. */
  problem?: string
  /** The value that was given. Leave it out where it may be a secret. */
  given?: unknown
  /** What is allowed, in words or as a list. */
  allowed?: string
  /** The nearest valid value. */
  nearest?: string | undefined
  /** What to do, one line each. */
  hints?: readonly string[]
}

/**
 * An option that cannot be planned. The message names the option, the value that was given, what is allowed
 * and the nearest valid value; `facts` carries the same for programs.
 */
export class OptionError extends BaseError {
  readonly field: string

  constructor(parameters: OptionErrorParameters) {
    const { code = 'option-invalid', field, problem, given, allowed, nearest, hints = [] } = parameters
    const what = code === 'option-unknown' ? 'Unknown option' : 'Invalid option'
    const details = [
      ...('given' in parameters ? [`Given:   ${printValue(given)}`] : []),
      ...(allowed === undefined ? [] : [`Allowed: ${allowed}`]),
      ...(nearest === undefined ? [] : [`Did you mean '${nearest}'?`]),
      ...hints,
    ]
    super({
      code,
      category: 'options',
      shortMessage: problem === undefined ? `${what} '${field}'.` : `${what} '${field}': ${problem}.`,
      metaMessages: details.length === 0 ? [] : ['', ...details],
      facts: { field, given, allowed, nearest },
    })
    this.field = field
  }
}
