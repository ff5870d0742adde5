import { BaseError, messageOf } from '../../errors.ts'

/** Why there is no answer, and what may be done about it. */
const remedies = {
  unreachable: 'Is the execution client running, and is this the port of its Engine API?',
  unauthorized: 'Both clients must have the same JWT secret, and clocks less than 60 seconds apart.',
  timeout: 'It may be busy, paused, or on the other side of a link that is down.',
  malformed: 'Is this an Engine API of a version that knows the fork?',
  refused: 'What it says is the reason; its log may tell more.',
  failed: "The node's log may tell more; the request can be made again.",
} as const

export type EngineFailure = keyof typeof remedies

/** The execution client is there, and does not have methods of the Engine API that the chain's forks need. */
export class EngineMethodsError extends BaseError {
  constructor(url: string, missing: readonly string[]) {
    super({
      code: 'engine-methods-missing',
      category: 'start',
      shortMessage: `The execution client at ${url} does not have ${missing.join(', ')}.`,
      metaMessages: ['It is older than a fork of the chain: use a newer one, or a chain without that fork.'],
      facts: { url, missing },
    })
  }
}

/** The execution client gave no answer that can be used. Says nothing about the payload in question. */
export class EngineUnavailableError extends BaseError {
  readonly reason: EngineFailure

  /**
   * @param method of the Engine API
   * @param reason `refused` is an error in the client's own words, `failed` a defect in this process
   */
  constructor(method: string, cause: unknown, reason: EngineFailure = 'failed') {
    super({
      code: 'engine-unavailable',
      category: 'runtime',
      shortMessage: `The execution client did not answer ${method}: ${messageOf(cause)}`,
      metaMessages: [remedies[reason]],
      facts: { method, reason },
      cause,
    })
    this.reason = reason
  }
}
