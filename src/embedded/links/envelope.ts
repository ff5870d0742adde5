import type { Member } from './member.ts'
import type { Topic } from './topic.ts'
import type { GossipMessage } from './wire.ts'

const never = -1

/** What is only needed while copies of a message are under way, or judged. Times by the node's index. */
export interface Flight {
  readonly message: GossipMessage
  readonly topic: Topic
  /** When the earliest copy for a node arrives. */
  dueMs: Float64Array
  /** When a node has sent it to its neighbours. */
  forwardedMs: Float64Array
  /** Copies under way, and verdicts that are awaited. */
  open: number
}

/**
 * One message in the whole network: who has seen it, and, while it travels, who gets it when. Only the
 * earliest copy for each node counts, because a node drops all that follow.
 */
export class Envelope {
  /** Tells messages apart where jitter and loss are drawn. */
  readonly number: number
  /** By the node's index: the session in which it has seen the message, or a copy is under way to it. */
  #sessions = new Uint16Array(0)
  #flight: Flight | undefined

  constructor(number: number) {
    this.number = number
  }

  get flight(): Flight | undefined {
    return this.#flight
  }

  /** Sets out on a flight, or joins the one that is under way. @param members number of nodes there are */
  begin(message: GossipMessage, topic: Topic, members: number): Flight {
    if (this.#sessions.length < members) this.#grow(members)
    this.#flight ??= { message, topic, dueMs: times(members), forwardedMs: times(members), open: 0 }
    return this.#flight
  }

  /** One copy, or one verdict, fewer is awaited. After the last the message itself is forgotten. */
  endOne(flight: Flight): void {
    flight.open--
    if (flight.open === 0) this.#flight = undefined
  }

  /** Whether a node was there when the message was published: those who came later get it in other ways. */
  reaches(member: Member): boolean {
    return member.index < this.#sessions.length
  }

  hasSeen({ index, session }: Member): boolean {
    if (this.#sessions[index] !== session) return false
    return this.#flight === undefined || this.#flight.dueMs[index] === never
  }

  /** When the earliest copy arrives that is under way to a node which has not seen it; infinity without one. */
  dueMs({ index, session }: Member): number {
    if (this.#sessions[index] !== session) return Number.POSITIVE_INFINITY
    return this.#flight?.dueMs[index] ?? Number.POSITIVE_INFINITY
  }

  markDue(flight: Flight, { index, session }: Member, dueMs: number): void {
    this.#sessions[index] = session
    flight.dueMs[index] = dueMs
  }

  markSeen({ index, session }: Member): void {
    this.#sessions[index] = session
    if (this.#flight !== undefined) this.#flight.dueMs[index] = never
  }

  /** The copy that was under way got lost. */
  markUnseen({ index }: Member): void {
    this.#sessions[index] = 0
  }

  #grow(members: number): void {
    this.#sessions = grown(this.#sessions, new Uint16Array(members))
    if (this.#flight === undefined) return
    this.#flight.dueMs = grown(this.#flight.dueMs, times(members))
    this.#flight.forwardedMs = grown(this.#flight.forwardedMs, times(members))
  }
}

/** When a node has sent the message on in this flight; undefined if it has not. */
export function forwardedMs(flight: Flight, { index }: Member): number | undefined {
  const timeMs = flight.forwardedMs[index]
  return timeMs === never ? undefined : timeMs
}

function times(members: number): Float64Array<ArrayBuffer> {
  return new Float64Array(members).fill(never)
}

function grown<List extends Uint16Array | Float64Array>(from: List, to: List): List {
  to.set(from)
  return to
}
