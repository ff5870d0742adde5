import { BaseError, messageOf } from '../errors.ts'

/** A server of a node, for its peers or for its APIs, cannot listen where it is to. */
export class ListenError extends BaseError {
  /** @param server what is to listen, e.g. `The Beacon API` */
  constructor(server: string, address: string, port: number, cause: unknown) {
    super({
      code: 'listen-failed',
      category: 'start',
      shortMessage: `${server} cannot listen on ${address}:${port}: ${messageOf(cause)}`,
      metaMessages: ['Is another program using the port?'],
      facts: { server, address, port },
      cause,
    })
  }
}
