import { BaseError } from '../../../errors.ts'
import { type PeerFault, peerFaults } from './wire-event.ts'

/** What a peer did that no honest peer does. */
export class WireFaultError extends BaseError {
  readonly fault: PeerFault
  /** The particulars, for the log. */
  readonly detail: string

  constructor(fault: PeerFault, detail: string) {
    super({
      code: 'wire-fault',
      category: 'runtime',
      shortMessage: `A peer is at fault: ${peerFaults[fault]}.`,
      metaMessages: [detail],
      facts: { fault, detail },
    })
    this.fault = fault
    this.detail = detail
  }
}

/** A stream ended before what was expected of it came. */
export class StreamEndedError extends BaseError {
  readonly reason: 'reset' | 'timeout'

  constructor(reason: 'reset' | 'timeout') {
    super({
      code: 'stream-ended',
      category: 'runtime',
      shortMessage: reason === 'reset' ? 'The peer has reset a stream.' : 'The peer was silent for too long.',
      facts: { reason },
    })
    this.reason = reason
  }
}
