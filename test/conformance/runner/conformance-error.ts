import { BaseError } from '../../../src/errors.ts'

/** The vectors cannot be run, or they and this implementation differ. */
export class ConformanceError extends BaseError {
  constructor(shortMessage: string, hints: readonly string[] = [], facts: Record<string, unknown> = {}) {
    super({ code: 'conformance', category: 'check', shortMessage, metaMessages: hints, facts })
  }
}
