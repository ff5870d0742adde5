import type { Node } from './node.ts'

/** Since when each node is not running, so that a client that is started can be told how much it has missed. */
export class Absences {
  readonly #sinceSlot = new Map<string, number>()

  /** A node has come into the network, and has nothing of its chain. */
  noteAdded(name: string): void {
    this.#sinceSlot.set(name, 0)
  }

  /** A node has another state from this slot on. */
  noteState({ name, state }: Pick<Node, 'name' | 'state'>, slot: number): void {
    if (state === 'running' || state === 'paused') this.#sinceSlot.delete(name)
    else if (!this.#sinceSlot.has(name)) this.#sinceSlot.set(name, slot)
  }

  /** How many slots a node was away, until this one. */
  slotsAway(name: string, slot: number): number {
    return slot - (this.#sinceSlot.get(name) ?? slot)
  }
}
