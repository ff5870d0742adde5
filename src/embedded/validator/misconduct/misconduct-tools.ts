import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Publisher } from '../../production/publisher.ts'
import type { Signer } from '../signer.ts'

/** What misbehaving takes, beyond what honest validators have. */
export interface MisconductTools {
  readonly chain: BeaconChain
  readonly clock: Clock
  /** Signs whatever it is given: for the messages that a deed is about, and for no others. */
  readonly unprotected: Signer
  /** The node's own, by the rules of gossip. */
  readonly publisher: Publisher
  /** Sends to all peers what the rules of gossip would hold back. */
  readonly unjudged: Publisher
  /** Another node, at which a second message enters the network; undefined when no other one runs here. */
  readonly elsewhere: () => Publisher | undefined
}
