import { BaseError } from '../../errors.ts'
import type { HostError } from './host-methods.ts'

/** The thread of an embedded network has failed as a whole: a defect of this package. */
export class EmbeddedThreadError extends BaseError {
  readonly reason: string

  constructor(reason: string, cause?: unknown) {
    super({
      code: 'embedded-thread',
      category: 'runtime',
      shortMessage: `The thread of the embedded nodes ended: ${reason}.`,
      metaMessages: ['This is a defect of eth-localnet; please report it with the options and the seed.'],
      facts: { reason },
      cause,
    })
    this.reason = reason
  }
}

/** The network was stopped: its nodes cannot be asked any more. */
export class EmbeddedClosedError extends BaseError {
  constructor() {
    super({
      code: 'wrong-state',
      category: 'runtime',
      shortMessage: 'The network was stopped, so its embedded nodes cannot be asked any more.',
      metaMessages: ['Ask before `stop`, or start it again.'],
    })
  }
}

/** An error of the thread, with the facts that it had there. */
export class EmbeddedNodeError extends BaseError {
  constructor({ code, category, shortMessage, metaMessages, facts }: HostError) {
    super({ code, category, shortMessage, metaMessages, facts })
  }
}
