import { BaseError } from '../../errors.ts'
import type { Diagnosis } from './diagnosis.ts'

/** A network was examined, and is not healthy. What is wrong with it has been told already. */
export class UnhealthyError extends BaseError {
  constructor({ cause, summary, evidence, advice }: Diagnosis) {
    super({
      code: 'unhealthy',
      category: 'runtime',
      shortMessage: `The network is not healthy: ${cause}.`,
      facts: { cause, summary, evidence, advice },
    })
  }
}

/** There is nothing in a directory from which a network could be examined. */
export class NothingToExamineError extends BaseError {
  constructor(directory: string, cause: unknown) {
    super({
      code: 'nothing-to-examine',
      category: 'runtime',
      shortMessage: `There is no network in ${directory} that could be examined.`,
      metaMessages: ['Its network.json is missing or damaged: the network never came so far, or is gone.'],
      facts: { directory },
      cause,
    })
  }
}
