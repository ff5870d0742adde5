import { BaseError, messageOf } from '../../errors.ts'

/** The execution client gave no answer that can be used. Says nothing about the payload in question. */
export class EngineUnavailableError extends BaseError {
  /** @param method of the Engine API, without its version */
  constructor(method: string, cause: unknown) {
    super({
      code: 'engine-unavailable',
      category: 'runtime',
      shortMessage: `The execution client did not answer ${method}: ${messageOf(cause)}`,
      metaMessages: ["The node's execution client log may tell more; the request can be made again."],
      facts: { method },
      cause,
    })
  }
}
