import { BaseError } from '../../errors.ts'
import type { PeerId } from './wire.ts'

/** A node or link that is not there, is there already, or cannot be as it was asked for. */
export class LinkError extends BaseError {
  constructor(shortMessage: string, facts: Readonly<Record<string, unknown>> = {}) {
    super({ code: 'link-invalid', category: 'runtime', shortMessage, facts })
  }
}

/** A gossip message that no peer would take. */
export class MessageTooLargeError extends BaseError {
  constructor(topic: string, sizeBytes: number, sizeBytesMax: number) {
    super({
      code: 'gossip-message-too-large',
      category: 'runtime',
      shortMessage: `A message of ${sizeBytes} bytes is too large for gossip.`,
      metaMessages: [`At most ${sizeBytesMax} bytes are allowed (MAX_PAYLOAD_SIZE).`, `Topic: ${topic}`],
      facts: { topic, sizeBytes, sizeBytesMax },
    })
  }
}

const requestFailures = {
  'not-connected': 'it is not connected',
  disconnected: 'it was disconnected before it had answered',
  timeout: 'it did not answer in time',
  'too-many-requests': 'it has too many requests to answer already',
  'request-too-large': 'the request is too large',
  'chunk-too-large': 'a part of its answer is too large',
  'too-many-chunks': 'it answered with more than was asked for',
  'not-supported': 'it does not speak this protocol',
  malformed: 'its answer cannot be decoded',
} as const

export type RequestFailure = keyof typeof requestFailures

/** A request to a peer failed. What it has answered in words of the protocol is no failure, but a chunk. */
export class RequestError extends BaseError {
  readonly reason: RequestFailure

  constructor(reason: RequestFailure, peer: PeerId, protocol: string) {
    super({
      code: 'request-failed',
      category: 'runtime',
      shortMessage: `A request to ${peer} failed: ${requestFailures[reason]}.`,
      metaMessages: [`Protocol: ${protocol}`],
      facts: { reason, peer, protocol },
    })
    this.reason = reason
  }
}
