import type { Conducts } from '../conducts.ts'
import type { DeedOrder } from '../deed.ts'
import { makeConduct } from './make-conduct.ts'
import type { MisconductTools } from './misconduct-tools.ts'

/** The deeds that a node's validators were told to do, over all the lives of the node. */
export class Misbehaviours {
  readonly #orders = new Map<string, DeedOrder>()
  #running: { readonly conducts: Conducts; readonly tools: MisconductTools } | undefined

  /** Gives an order, or takes it back. */
  set(id: string, order: DeedOrder | undefined): void {
    if (order === undefined) {
      this.#orders.delete(id)
      this.#running?.conducts.takeBack(id)
    } else {
      this.#orders.set(id, order)
      this.#apply(id, order)
    }
  }

  /** A life of the node has begun. */
  follow(conducts: Conducts, tools: MisconductTools): void {
    this.#running = { conducts, tools }
    for (const [id, order] of this.#orders) this.#apply(id, order)
  }

  #apply(id: string, order: DeedOrder): void {
    if (this.#running === undefined) return
    const { conducts, tools } = this.#running
    conducts.assign(id, makeConduct(order.deed, tools), order)
  }
}
