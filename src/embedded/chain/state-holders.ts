import type { Root } from '../fork-choice/types.ts'

/** Which finalized states are kept, and for which nodes: a state goes when the last of them has moved on. */
export class StateHolders {
  readonly #rootOf = new Map<string, Root>()
  readonly #counts = new Map<Root, number>()

  /** @returns whether the state has to be written, and the one that nobody holds any more */
  hold(name: string, root: Root): { isNew: boolean; released: Root | undefined } {
    if (this.#rootOf.get(name) === root) return { isNew: false, released: undefined }
    const count = this.#counts.get(root) ?? 0
    this.#counts.set(root, count + 1)
    const released = this.release(name)
    this.#rootOf.set(name, root)
    return { isNew: count === 0, released }
  }

  /** @returns the state that nobody holds any more */
  release(name: string): Root | undefined {
    const root = this.#rootOf.get(name)
    if (root === undefined) return undefined
    this.#rootOf.delete(name)
    const count = (this.#counts.get(root) ?? 1) - 1
    if (count > 0) {
      this.#counts.set(root, count)
      return undefined
    }
    this.#counts.delete(root)
    return root
  }
}
