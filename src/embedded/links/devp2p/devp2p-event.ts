import type { Hex } from '../../../plan/manifest.ts'
import type { PeerFault } from './errors.ts'

/** What a node's log should tell of its links. Node ids are public keys, 64 bytes. */
export type Devp2pEvent =
  | { readonly kind: 'peer-connected'; readonly nodeId: Hex; readonly clientId: string }
  /** The peer or the network has ended the connection. It is dialled again. */
  | { readonly kind: 'peer-gone'; readonly nodeId: Hex; readonly reason: string }
  /** The peer is disconnected for what it did, and stays so for `restMs`. */
  | {
      readonly kind: 'peer-dropped'
      readonly nodeId: Hex
      readonly fault: PeerFault
      readonly detail: string
      readonly restMs: number
    }
  | {
      readonly kind: 'dial-failed'
      readonly nodeId: Hex
      readonly address: string
      readonly port: number
      /** Failures since it was last connected. Told of the first, and then of fewer and fewer. */
      readonly failures: number
      readonly reason: string
    }
  /** Somebody who is not a declared peer, rests, or makes no handshake has tried to connect. */
  | { readonly kind: 'connection-refused'; readonly nodeId?: Hex; readonly reason: string }
