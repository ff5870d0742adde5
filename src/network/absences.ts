import type { Node } from './node.ts'

/** Since when each node has not followed the chain, so that a client that is started can be told what it missed. */
export class Absences {
  readonly #sinceSlot = new Map<string, number>()

  /** A node has come into the network, and has nothing of its chain. */
  noteAdded(name: string): void {
    this.#sinceSlot.set(name, 0)
  }

  /** A node has another state; @param slot until when it has followed the others, if it ran until now */
  noteState({ name, state }: Pick<Node, 'name' | 'state'>, slot: number): void {
    if (state === 'running' || state === 'paused') this.#sinceSlot.delete(name)
    else if (!this.#sinceSlot.has(name)) this.#sinceSlot.set(name, slot)
  }

  /** How many slots a node has missed, until this one. */
  slotsMissed(name: string, slot: number): number {
    return slot - (this.#sinceSlot.get(name) ?? slot)
  }
}
