import { BaseError } from '../errors.ts'

/** A request to the control server that it does not take: no token, no such route, a body that is not JSON. */
export class ControlRequestError extends BaseError {
  readonly status: 400 | 401 | 403 | 404 | 413

  constructor(status: ControlRequestError['status'], code: string, shortMessage: string, advice: string) {
    super({ code, category: 'runtime', shortMessage, metaMessages: [advice], facts: { status } })
    this.status = status
  }
}

/** The process that runs a network does not answer, or not as it should. */
export class ControlUnreachableError extends BaseError {
  constructor(parameters: { network: string; pid: number; reason: string; cause?: unknown }) {
    const { network, pid, reason, cause } = parameters
    super({
      code: 'control-unreachable',
      category: 'runtime',
      shortMessage: `The process ${pid} that runs ${network} does not answer: ${reason}.`,
      metaMessages: [
        `If it hangs, end it with \`kill -9 ${pid}\`: the next command ends the clients that it leaves.`,
      ],
      facts: { network, pid, reason },
      cause,
    })
  }
}

/** No running network is meant, or more than one could be. */
export class NetworkSelectionError extends BaseError {
  constructor(
    code: 'no-network' | 'network-unknown' | 'network-not-running' | 'network-ambiguous',
    shortMessage: string,
    advice: readonly string[],
    facts: Record<string, unknown> = {},
  ) {
    const category = code === 'no-network' || code === 'network-not-running' ? 'runtime' : 'options'
    super({ code, category, shortMessage, metaMessages: advice, facts })
  }
}
