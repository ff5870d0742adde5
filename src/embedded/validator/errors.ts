import { BaseError } from '../../errors.ts'

/** A signature was asked for whose key is elsewhere. */
export class UnknownValidatorError extends BaseError {
  constructor(validatorIndex: number) {
    super({
      code: 'validator-unknown',
      category: 'runtime',
      shortMessage: `The key of validator ${validatorIndex} is not held by this node.`,
      metaMessages: ["The network's plan tells which node holds it."],
      facts: { validatorIndex },
    })
  }
}

/** A duty whose time had passed when its turn came. */
export class DutyMissedError extends BaseError {
  constructor(parameters: { slot: number; currentSlot: number }) {
    const { slot, currentSlot } = parameters
    super({
      code: 'duty-missed',
      category: 'runtime',
      shortMessage: `A duty of slot ${slot} was not done: it is slot ${currentSlot} already.`,
      metaMessages: ['The node was paused, or the machine is too busy for slots this short.'],
      facts: { slot, currentSlot },
    })
  }
}
