import type { PeerId } from '../wire.ts'

/** Why a peer is left (phase0/p2p-interface.md says of each that it may, or must, be). */
export const peerFaults = {
  garbage: 'it sent what cannot be decoded',
  oversized: 'it sent more than is allowed',
  unwanted: 'it is on another chain, or told what is not true',
  stalled: 'it stopped half-way, or does not answer',
  'too-many-requests': 'it asks more than can be answered',
  'too-many-chunks': 'it answered with more than was asked for',
  'invalid-gossip': 'it sent too many messages that are not valid',
  silent: 'it connected and did not introduce itself',
} as const

export type PeerFault = keyof typeof peerFaults

/** What a node's log should tell of its links. */
export type WireEvent =
  /** The peer is disconnected, and stays so for `restMs`. */
  | {
      readonly kind: 'peer-dropped'
      readonly peerId: PeerId
      readonly fault: PeerFault
      readonly detail: string
      readonly restMs: number
    }
  | {
      readonly kind: 'dial-failed'
      readonly peerId: PeerId
      readonly address: string
      readonly port: number
      /** Failures since it was last connected. Told of the first, and then of fewer and fewer. */
      readonly failures: number
      readonly reason: string
    }
  /** Somebody who is not a declared peer, or rests, has tried to connect. */
  | { readonly kind: 'connection-refused'; readonly peerId: PeerId; readonly reason: string }
