import type { Member } from './member.ts'
import { messageIdPrefix } from './message-id.ts'

/** A gossip topic that somebody subscribes to. */
export class Topic {
  readonly name: string
  readonly idPrefix: Uint8Array
  /** By the node's index: asked for each neighbour of each message. */
  readonly #isSubscribed: boolean[] = []
  #count = 0

  constructor(name: string) {
    this.name = name
    this.idPrefix = messageIdPrefix(name)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  has(member: Member): boolean {
    return this.#isSubscribed[member.index] === true
  }

  add(member: Member): void {
    if (!this.has(member)) this.#count++
    this.#isSubscribed[member.index] = true
  }

  delete(member: Member): void {
    if (this.has(member)) this.#count--
    this.#isSubscribed[member.index] = false
  }
}
