import { BaseError } from '../../../errors.ts'

/** Why a peer is left, and the reason that it is told (devp2p `rlpx.md`, Disconnect). */
export const peerFaults = {
  garbage: { text: 'it sent what cannot be decoded', disconnect: 0x02 },
  oversized: { text: 'it sent more than is allowed', disconnect: 0x02 },
  'wrong-protocol': { text: 'it sent what the protocol does not allow', disconnect: 0x02 },
  'useless-peer': { text: 'it has no version of the protocol in common', disconnect: 0x03 },
  'other-identity': { text: 'it is not who it was taken for', disconnect: 0x09 },
  'other-chain': { text: 'it is on another chain', disconnect: 0x03 },
  'too-many-requests': { text: 'it asks more than can be answered', disconnect: 0x10 },
  stalled: { text: 'it does not answer, or does not read', disconnect: 0x0b },
} as const

export type PeerFault = keyof typeof peerFaults

/** What a peer did that no honest peer of the same chain does. */
export class PeerFaultError extends BaseError {
  readonly fault: PeerFault
  /** The particulars, for the log. */
  readonly detail: string

  constructor(fault: PeerFault, detail: string) {
    super({
      code: 'devp2p-peer-fault',
      category: 'runtime',
      shortMessage: `A peer is at fault: ${peerFaults[fault].text} (${detail}).`,
      facts: { fault, detail },
    })
    this.fault = fault
    this.detail = detail
  }
}

/** A connection has ended, by the peer or by the network. */
export class PeerGoneError extends BaseError {
  constructor(reason: string, cause?: unknown) {
    super({
      code: 'devp2p-peer-gone',
      category: 'runtime',
      shortMessage: `The connection to a peer has ended: ${reason}.`,
      facts: { reason },
      cause,
    })
  }
}
