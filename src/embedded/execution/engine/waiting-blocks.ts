import type { Block } from '@ethereumjs/block'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex } from '../bytes.ts'

const waitingMax = 256

/** Blocks whose parent has not been received, by the parent's hash. The oldest are forgotten first. */
export class WaitingBlocks {
  readonly #byParent = new Map<Hex, Map<Hex, Block>>()
  #count = 0

  get size(): number {
    return this.#count
  }

  add(parentHash: Hex, block: Block): void {
    const siblings = this.#byParent.get(parentHash) ?? new Map<Hex, Block>()
    const hash = bytesToHex(block.hash())
    if (siblings.has(hash)) return
    if (this.#count >= waitingMax) this.#forgetOldest()
    this.#byParent.set(parentHash, siblings.set(hash, block))
    this.#count++
  }

  /** Removes and returns the children of a block that has arrived. */
  take(parentHash: Hex): Block[] {
    const children = [...(this.#byParent.get(parentHash)?.values() ?? [])]
    this.#byParent.delete(parentHash)
    this.#count -= children.length
    return children
  }

  #forgetOldest(): void {
    const oldest = this.#byParent.keys().next()
    if (!oldest.done) this.take(oldest.value)
  }
}
