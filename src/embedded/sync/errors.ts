import { BaseError } from '../../errors.ts'
import type { PeerId, ResponseCode } from '../links/wire.ts'

/** A peer answered with what no honest peer sends. */
export class PeerFaultError extends BaseError {
  constructor(peer: PeerId, protocol: string, problem: string) {
    super({
      code: 'peer-fault',
      category: 'runtime',
      shortMessage: `Peer ${peer} answered ${protocol} wrongly: ${problem}.`,
      metaMessages: ['It is disconnected; another peer is asked.'],
      facts: { peer, protocol, problem },
    })
  }
}

/** A peer answered that it cannot, or will not, answer. */
export class PeerRefusalError extends BaseError {
  constructor(peer: PeerId, protocol: string, code: ResponseCode, message: string) {
    super({
      code: 'peer-refusal',
      category: 'runtime',
      shortMessage: `Peer ${peer} answered ${protocol} with ${code}: ${message}`,
      metaMessages: ['Another peer is asked.'],
      facts: { peer, protocol, responseCode: code },
    })
  }
}
