import { type GossipSub, type GossipSubComponents, type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import type { Verdict } from '../wire.ts'

/** Gossipsub with what its type leaves out, though its documentation speaks of it. */
export interface PubSub extends GossipSub {
  /** Peers that are sent everything, without a mesh. */
  readonly direct: Set<string>
  reportMessageValidationResult(messageId: string, propagationSource: string, verdict: Verdict): void
}

export function createPubSub(options: Partial<GossipsubOpts>, components: GossipSubComponents): PubSub {
  const pubsub = gossipsub(options)(components)
  if (!isPubSub(pubsub)) throw new TypeError('This version of gossipsub has another interface.')
  return pubsub
}

function isPubSub(pubsub: GossipSub): pubsub is PubSub {
  return 'direct' in pubsub && 'reportMessageValidationResult' in pubsub
}
