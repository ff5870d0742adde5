import type { Clock } from '../clock/clock.ts'
import { type Envelope, type Flight, forwardedMs } from './envelope.ts'
import { MessageTooLargeError } from './errors.ts'
import type { Channel, Member } from './member.ts'
import { messageId } from './message-id.ts'
import { RecentEnvelopes } from './recent-envelopes.ts'
import { Topic } from './topic.ts'
import type { GossipMessage, PeerId, Verdict } from './wire.ts'

/** MAX_PAYLOAD_SIZE, of the data before compression. */
export const payloadBytesMax = 10 * 1024 * 1024

export interface FloodingOptions {
  readonly clock: Clock
  /** Number of nodes that there are, or were. */
  readonly memberCount: () => number
  /** How long a node at least remembers that it has seen a message. */
  readonly seenTtlMs: number
  /** Hands a message to a node. Must not throw, nor be rejected. */
  readonly judge: (member: Member, message: GossipMessage, from: PeerId) => Verdict | Promise<Verdict>
  readonly onReject: (member: Member, from: PeerId) => void
}

/** Copies that arrive in one millisecond, in the order in which they were sent: channels and what is on them. */
interface Arrivals {
  readonly channels: Channel[]
  readonly envelopes: Envelope[]
}

/**
 * Gossip among all nodes of a network: whoever accepts a message sends it to all its neighbours that
 * subscribe to the topic, as gossipsub does where the degree is not above its D.
 *
 * A node drops what it has seen, so a copy that another one will precede is not even sent. That is most of
 * them: at degree 8 seven of eight. Should the other one be lost, because its connection closes, the copies
 * that were spared for it are sent after all, and arrive when they would have arrived.
 */
export class Flooding {
  readonly #options: FloodingOptions
  readonly #clock: Clock
  readonly #recent: RecentEnvelopes
  readonly #topics = new Map<string, Topic>()
  readonly #arrivals = new Map<number, Arrivals>()

  constructor(options: FloodingOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#recent = new RecentEnvelopes(options.clock, options.seenTtlMs)
  }

  /** Message ids that are remembered. */
  get rememberedCount(): number {
    return this.#recent.size
  }

  subscribe(member: Member, name: string): void {
    const topic = this.#topics.get(name) ?? new Topic(name)
    this.#topics.set(name, topic)
    topic.add(member)
  }

  unsubscribe(member: Member, name: string): void {
    const topic = this.#topics.get(name)
    topic?.delete(member)
    if (topic?.isEmpty) this.#topics.delete(name)
  }

  /** One that the node has seen already is not sent again. @throws {MessageTooLargeError} */
  publish(member: Member, name: string, data: Uint8Array): void {
    if (data.length > payloadBytesMax) throw new MessageTooLargeError(name, data.length, payloadBytesMax)
    const topic = this.#topics.get(name)
    if (topic === undefined) return
    const id = messageId(topic.idPrefix, data)
    const envelope = this.#recent.of(id)
    if (envelope.hasSeen(member)) return
    const flight = envelope.begin({ topic: name, data, id }, topic, this.#options.memberCount())
    flight.open++
    envelope.markSeen(member)
    this.#forward(envelope, flight, member)
    envelope.endOne(flight)
  }

  #forward(envelope: Envelope, flight: Flight, member: Member): void {
    const { nowMs } = this.#clock
    flight.forwardedMs[member.index] = nowMs
    for (const channel of member.channels) {
      const { to } = channel
      if (envelope.hasSeen(to) || !flight.topic.has(to) || !envelope.reaches(to)) continue
      this.#send(envelope, flight, channel, nowMs)
    }
  }

  /** Unless another copy comes before it, in particular before a time at which that one was found lost. */
  #send(envelope: Envelope, flight: Flight, channel: Channel, sentMs: number, earliestMs = 0): void {
    const bytes = flight.message.data.length
    const arrivalMs = channel.arrivalMs(sentMs, envelope.number, bytes)
    if (arrivalMs < earliestMs) return
    if (envelope.dueMs(channel.to) <= arrivalMs || channel.loses(envelope.number)) return
    if (!channel.load(bytes)) return
    channel.occupy(sentMs, bytes)
    flight.open++
    envelope.markDue(flight, channel.to, arrivalMs)
    const arrivals = this.#arrivals.get(arrivalMs) ?? this.#expectArrivals(arrivalMs)
    arrivals.channels.push(channel)
    arrivals.envelopes.push(envelope)
  }

  /** One event for all that arrives in a millisecond, since there may be hundreds. */
  #expectArrivals(arrivalMs: number): Arrivals {
    const arrivals = { channels: [], envelopes: [] }
    this.#arrivals.set(arrivalMs, arrivals)
    this.#clock.at(arrivalMs, () => this.#onArrivals(arrivals, arrivalMs))
    return arrivals
  }

  #onArrivals({ channels, envelopes }: Arrivals, arrivalMs: number): void {
    this.#arrivals.delete(arrivalMs)
    for (const key of byReceiver(channels)) {
      const position = key % channels.length
      this.#onArrival(envelopes[position] as Envelope, channels[position] as Channel, arrivalMs)
    }
  }

  #onArrival(envelope: Envelope, channel: Channel, arrivalMs: number): void {
    const { flight } = envelope
    // There is one as long as a copy is under way.
    if (flight === undefined) return
    const { to } = channel
    channel.unload(flight.message.data.length)
    // Otherwise an earlier copy has come, or the node is not what it was when this one was sent.
    if (envelope.dueMs(to) === arrivalMs) {
      if (!channel.isOpen) this.#onLost(envelope, flight, to, arrivalMs)
      else if (flight.topic.has(to)) this.#takeIn(envelope, flight, channel)
      else envelope.markUnseen(to)
    }
    envelope.endOne(flight)
  }

  #takeIn(envelope: Envelope, flight: Flight, channel: Channel): void {
    const { to } = channel
    envelope.markSeen(to)
    flight.open++
    if (to.isHolding) void to.take(() => this.#judge(envelope, flight, channel))
    else this.#judge(envelope, flight, channel)
  }

  #judge(envelope: Envelope, flight: Flight, channel: Channel): void {
    const { from, to } = channel
    const verdict = this.#options.judge(to, flight.message, from.id)
    if (typeof verdict === 'string') {
      this.#conclude(envelope, flight, channel, verdict)
      return
    }
    const { session } = to
    // Time does not stand still for a verdict: the node may want to wait, such as for a block.
    void verdict.then((late) => {
      // Meanwhile it may have started again, without a memory of the message.
      const isSame = to.session === session
      this.#conclude(envelope, flight, channel, isSame ? late : 'ignore')
    })
  }

  #conclude(envelope: Envelope, flight: Flight, { from, to }: Channel, verdict: Verdict): void {
    if (verdict === 'accept') this.#forward(envelope, flight, to)
    else if (verdict === 'reject') this.#options.onReject(to, from.id)
    envelope.endOne(flight)
  }

  /** Sends the earliest of the copies that were spared because of one that is lost now. */
  #onLost(envelope: Envelope, flight: Flight, to: Member, lostMs: number): void {
    envelope.markUnseen(to)
    for (const { reverse: channel } of to.channels) {
      const sentMs = forwardedMs(flight, channel.from)
      if (sentMs === undefined || sentMs < channel.connectedMs) continue
      this.#send(envelope, flight, channel, sentMs, lostMs)
    }
  }
}

/**
 * Receiver by receiver, and for each in the order in which they were sent, since what a node needs to judge one
 * message is then at hand for the next. Position of a copy = key modulo their number.
 */
function byReceiver(channels: readonly Channel[]): Float64Array {
  const keys = new Float64Array(channels.length)
  for (const [position, { to }] of channels.entries()) keys[position] = to.index * channels.length + position
  return keys.sort()
}
