import { BaseError, messageOf } from '../../errors.ts'

/** A trace ends before the node does. What was written until then can be replayed. */
export class TraceError extends BaseError {
  constructor(directory: string, problem: string, hint: string, cause?: unknown) {
    super({
      code: 'trace-incomplete',
      category: 'runtime',
      shortMessage: `The trace in ${directory} is incomplete: ${problem}.`,
      metaMessages: [hint],
      facts: { directory, problem: cause === undefined ? problem : messageOf(cause) },
      cause,
    })
  }
}
