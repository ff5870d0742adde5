/** A libp2p peer id, in its text form. */
export type PeerId = string

/** What a node makes of a gossip message (p2p-interface.md, "Topics and messages"). */
export type Verdict = 'accept' | 'ignore' | 'reject'

/**
 * A gossip message on its way. One object for one message: nodes of one process get the same one, so what
 * depends on its content alone may be remembered by it.
 */
export interface GossipMessage {
  /** Full name: `/eth2/<fork digest>/<name>/ssz_snappy`. */
  readonly topic: string
  /** SSZ, uncompressed. Must not be changed. */
  readonly data: Uint8Array
  /** `message-id` of altair/p2p-interface.md, hexadecimal. */
  readonly id: string
}

/** First byte of a response chunk (p2p-interface.md, "Responding side"). */
export type ResponseCode = 'success' | 'invalid-request' | 'server-error' | 'resource-unavailable'

export interface ResponseChunk {
  readonly code: ResponseCode
  /** Fork digest, for protocols whose chunks have a context; otherwise empty. */
  readonly context: Uint8Array
  /** SSZ, uncompressed; of an error, its message. */
  readonly data: Uint8Array
}

export interface WireHandlers {
  /** A message that was not seen before. Only what is accepted is forwarded. */
  readonly onGossip: (message: GossipMessage, from: PeerId) => Verdict | Promise<Verdict>
  /** A request. An error that it throws is answered with `server-error`. */
  readonly onRequest: (
    protocol: string,
    request: Uint8Array,
    from: PeerId,
  ) => Iterable<ResponseChunk> | AsyncIterable<ResponseChunk>
  readonly onConnect: (peer: PeerId, direction: 'inbound' | 'outbound') => void
  readonly onDisconnect: (peer: PeerId) => void
}

/**
 * A node's end of all its links: gossip and request/response with its connected peers. In memory between
 * nodes of one process.
 */
export interface Wire {
  readonly peerId: PeerId
  /** Those connected now, in the order in which they came. */
  readonly peers: readonly { readonly peerId: PeerId; readonly direction: 'inbound' | 'outbound' }[]
  /** Goes on line: connects over every link that is up. */
  open(handlers: WireHandlers): void
  /** Goes off line: nothing arrives any more, and what is under way is lost. */
  close(): void
  /** From now on takes requests of these protocols. In memory, where nobody asks others, all are taken. */
  offer(protocols: readonly string[]): void
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  /** Sends a message to all peers. It is not handed to the node itself. */
  publish(topic: string, data: Uint8Array): void
  /**
   * Asks a peer. Yields the chunks as they arrive, at most `maxChunks`.
   *
   * @param protocol e.g. `/eth2/beacon_chain/req/status/2/ssz_snappy`
   * @throws {RequestError} when the peer is gone, answers too slowly, or with more than was asked for.
   */
  request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncIterable<ResponseChunk>
  /**
   * Hangs up. The two connect again after a rest, or when either end opens again.
   *
   * @param reason for the log
   */
  disconnect(peer: PeerId, reason?: string): void
}
