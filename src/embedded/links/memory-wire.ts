import { LinkError, RequestError } from './errors.ts'
import type { Flooding } from './flooding.ts'
import type { Channel, Member, MeshListener } from './member.ts'
import type { Mesh } from './mesh.ts'
import type { Requests } from './requests.ts'
import type { PeerId, ResponseChunk, Wire, WireHandlers } from './wire.ts'

/** Two forks' worth of attestation subnets (64), column subnets (128) and all others. */
const topicsMax = 512

export interface MemoryWireParts {
  readonly mesh: Mesh
  readonly flooding: Flooding
  readonly requests: Requests
  /** Hears of what the node's handlers throw. */
  readonly onError: (peerId: PeerId, error: unknown) => void
}

type Peer = Wire['peers'][number]

/** A node's end of its links with other nodes of the process. */
export class MemoryWire implements Wire, MeshListener {
  readonly #member: Member
  readonly #parts: MemoryWireParts
  readonly #topics = new Set<string>()
  readonly #rejections = new Map<PeerId, number>()
  #handlers: WireHandlers | undefined
  #peers: readonly Peer[] = []

  constructor(member: Member, parts: MemoryWireParts) {
    this.#member = member
    this.#parts = parts
  }

  get peerId(): PeerId {
    return this.#member.id
  }

  get peers(): readonly Peer[] {
    return this.#peers
  }

  /** Undefined while the node is off line. */
  get handlers(): WireHandlers | undefined {
    return this.#handlers
  }

  /** How many messages of each peer this node has rejected since it was opened. */
  get rejections(): ReadonlyMap<PeerId, number> {
    return this.#rejections
  }

  open(handlers: WireHandlers): void {
    if (this.#handlers !== undefined) throw new LinkError(`The wire of ${this.peerId} is open already.`)
    this.#handlers = handlers
    this.#rejections.clear()
    this.#parts.mesh.open(this.#member, this)
  }

  close(): void {
    this.#handlers = undefined
    for (const topic of [...this.#topics]) this.unsubscribe(topic)
    this.#peers = []
    for (const channel of this.#member.channels) this.#parts.requests.onDisconnect(channel)
    this.#parts.mesh.close(this.#member)
  }

  offer(): void {}

  subscribe(topic: string): void {
    if (this.#topics.size >= topicsMax && !this.#topics.has(topic)) {
      throw new LinkError(`${this.peerId} cannot subscribe to more than ${topicsMax} topics.`, { topicsMax })
    }
    this.#topics.add(topic)
    this.#parts.flooding.subscribe(this.#member, topic)
  }

  unsubscribe(topic: string): void {
    if (this.#topics.delete(topic)) this.#parts.flooding.unsubscribe(this.#member, topic)
  }

  /** @throws {MessageTooLargeError} */
  publish(topic: string, data: Uint8Array): void {
    if (this.#handlers !== undefined) this.#parts.flooding.publish(this.#member, topic, data)
  }

  async *request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncGenerator<ResponseChunk, void, undefined> {
    const channel = this.#member.channelTo(peer)
    if (channel === undefined) throw new RequestError('not-connected', peer, protocol)
    yield* this.#parts.requests.ask(channel, protocol, request, maxChunks)
  }

  disconnect(peer: PeerId): void {
    this.#parts.mesh.hangUp(this.#member, peer)
  }

  countRejection(from: PeerId): void {
    this.#rejections.set(from, (this.#rejections.get(from) ?? 0) + 1)
  }

  onConnect({ to }: Channel, direction: 'inbound' | 'outbound'): void {
    this.#peers = [...this.#peers, { peerId: to.id, direction }]
    this.#safely((handlers) => handlers.onConnect(to.id, direction))
  }

  onDisconnect(channel: Channel): void {
    const { id } = channel.to
    this.#peers = this.#peers.filter(({ peerId }) => peerId !== id)
    this.#parts.requests.onDisconnect(channel)
    this.#safely((handlers) => handlers.onDisconnect(id))
  }

  #safely(call: (handlers: WireHandlers) => void): void {
    try {
      if (this.#handlers !== undefined) call(this.#handlers)
    } catch (error) {
      this.#parts.onError(this.peerId, error)
    }
  }
}
