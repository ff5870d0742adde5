import { LinkError, RequestError } from './errors.ts'
import type { GossipMessage, PeerId, ResponseChunk, Verdict, Wire, WireHandlers } from './wire.ts'

/** Messages whose verdict is remembered, in each of two generations. */
const generationCount = 16_384

/**
 * One wire over several, for a node that has links of more than one kind. What it accepts from one of them goes
 * on over the others. Each peer is reached over the wire that has it.
 *
 * @param wires ends of one node, with the same peer id
 */
export function joinWires(wires: readonly Wire[]): Wire {
  const [first] = wires
  if (first === undefined) throw new LinkError('A node needs a wire.')
  return wires.length === 1 ? first : new JoinedWire(first.peerId, wires)
}

class JoinedWire implements Wire {
  readonly peerId: PeerId
  readonly #wires: readonly Wire[]
  readonly #verdicts = new Verdicts()

  constructor(peerId: PeerId, wires: readonly Wire[]) {
    this.peerId = peerId
    this.#wires = wires
  }

  get peers(): Wire['peers'] {
    return this.#wires.flatMap(({ peers }) => peers)
  }

  open(handlers: WireHandlers): void {
    for (const wire of this.#wires) {
      wire.open({ ...handlers, onGossip: (message, from) => this.#judge(message, from, wire, handlers) })
    }
  }

  close(): void {
    for (const wire of this.#wires) wire.close()
    this.#verdicts.clear()
  }

  offer(protocols: readonly string[]): void {
    for (const wire of this.#wires) wire.offer(protocols)
  }

  subscribe(topic: string): void {
    for (const wire of this.#wires) wire.subscribe(topic)
  }

  unsubscribe(topic: string): void {
    for (const wire of this.#wires) wire.unsubscribe(topic)
  }

  publish(topic: string, data: Uint8Array): void {
    for (const wire of this.#wires) wire.publish(topic, data)
  }

  request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    maxChunks: number,
  ): AsyncIterable<ResponseChunk> {
    return this.#wireOf(peer)?.request(peer, protocol, request, maxChunks) ?? notConnected(peer, protocol)
  }

  disconnect(peer: PeerId, reason?: string): void {
    this.#wireOf(peer)?.disconnect(peer, reason)
  }

  #wireOf(peer: PeerId): Wire | undefined {
    return this.#wires.find(({ peers }) => peers.some(({ peerId }) => peerId === peer))
  }

  /**
   * A message that comes over two wires is judged once, and both get the verdict: each passes it on to its own
   * peers. Publishing it where it has come from as well does nothing, since a wire knows what it has seen.
   */
  #judge(
    message: GossipMessage,
    from: PeerId,
    source: Wire,
    handlers: WireHandlers,
  ): Verdict | Promise<Verdict> {
    const known = this.#verdicts.get(message.id)
    if (known !== undefined) return known
    const verdict = handlers.onGossip(message, from)
    this.#verdicts.set(message.id, verdict)
    if (!(verdict instanceof Promise)) return this.#cross(message, source, verdict)
    return verdict.then((settled) => this.#cross(message, source, settled))
  }

  #cross({ topic, data }: GossipMessage, source: Wire, verdict: Verdict): Verdict {
    if (verdict !== 'accept') return verdict
    for (const wire of this.#wires) if (wire !== source) wire.publish(topic, data)
    return verdict
  }
}

/** What was thought of the last messages, by their ids. */
class Verdicts {
  #current = new Map<string, Verdict | Promise<Verdict>>()
  #previous = new Map<string, Verdict | Promise<Verdict>>()

  get(id: string): Verdict | Promise<Verdict> | undefined {
    return this.#current.get(id) ?? this.#previous.get(id)
  }

  set(id: string, verdict: Verdict | Promise<Verdict>): void {
    if (this.#current.size >= generationCount) {
      this.#previous = this.#current
      this.#current = new Map()
    }
    this.#current.set(id, verdict)
  }

  clear(): void {
    this.#current.clear()
    this.#previous.clear()
  }
}

function notConnected(peer: PeerId, protocol: string): AsyncIterable<ResponseChunk> {
  const next = () => Promise.reject(new RequestError('not-connected', peer, protocol))
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
