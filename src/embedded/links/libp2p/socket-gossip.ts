import type { GossipsubMessage } from '@libp2p/gossipsub'
import { MessageTooLargeError } from '../errors.ts'
import { payloadBytesMax } from '../flooding.ts'
import type { PeerId, Verdict, WireHandlers } from '../wire.ts'
import type { WireFaultError } from './errors.ts'
import type { GossipParameters } from './gossip-parameters.ts'
import type { PubSub } from './pub-sub.ts'

export interface SocketGossipOptions extends Pick<GossipParameters, 'recent' | 'unreadable'> {
  readonly pubsub: PubSub
  /** Undefined while the node is off line. */
  readonly judge: () => WireHandlers['onGossip'] | undefined
  readonly onFault: (peer: PeerId, error: WireFaultError) => void
  /** A peer has sent a message that no rule allows. */
  readonly onReject: (peer: PeerId, topic: string) => void
  readonly onError: (error: unknown) => void
}

/** A node's gossip over sockets: gossipsub carries it, the node's own rules judge it. */
export class SocketGossip {
  readonly #options: SocketGossipOptions

  constructor(options: SocketGossipOptions) {
    this.#options = options
    options.pubsub.addEventListener('gossipsub:message', this.#onMessage)
  }

  /** @throws {MessageTooLargeError} */
  publish(topic: string, data: Uint8Array): void {
    if (data.length > payloadBytesMax) throw new MessageTooLargeError(topic, data.length, payloadBytesMax)
    this.#options.pubsub.publish(topic, data).catch(this.#options.onError)
  }

  readonly #onMessage = ({ detail }: CustomEvent<GossipsubMessage>): void => {
    this.#judge(detail)
      .catch((error: unknown): Verdict => {
        this.#options.onError(error)
        return 'ignore'
      })
      .then((verdict) => this.#settle(detail, verdict))
  }

  async #judge({ msg, msgId, propagationSource }: GossipsubMessage): Promise<Verdict> {
    const { unreadable, recent, judge } = this.#options
    const from = propagationSource.toString()
    const problem = unreadable.get(msg.data)
    if (problem !== undefined) {
      this.#options.onFault(from, problem)
      return 'reject'
    }
    const data = recent.share(msgId, msg.data)
    return (await judge()?.({ topic: msg.topic, data, id: msgId }, from)) ?? 'ignore'
  }

  /** Only what is accepted goes on to others. */
  #settle({ msg, msgId, propagationSource }: GossipsubMessage, verdict: Verdict): void {
    const { pubsub, onReject, unreadable } = this.#options
    pubsub.reportMessageValidationResult(msgId, propagationSource.toString(), verdict)
    if (verdict === 'reject' && !unreadable.has(msg.data)) onReject(propagationSource.toString(), msg.topic)
  }
}
