import { OptionError } from '../../../src/plan/option-error.ts'

/** The OptionError that an action throws; anything else is a failure of the test. */
export function refusal(action: () => unknown): OptionError {
  try {
    action()
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
  throw new Error('expected an OptionError, and nothing was thrown')
}
