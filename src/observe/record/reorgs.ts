import type { NodeEvent } from '../../apis/node-event.ts'
import type { ReorgRecord } from '../history-record.ts'
import type { BlockTree } from './block-tree.ts'

/** A node's head moved. */
interface HeadChange {
  readonly slot: number
  readonly oldHead: string
  readonly newHead: string
}

type ReorgEvent = NodeEvent & { readonly topic: 'chain_reorg' }
/** Where a reorg goes from and to. */
export type Reorg = Omit<ReorgRecord, 'type' | 'timeMs' | 'node'>

/**
 * Tells which moves of heads are reorgs, each once. The blocks decide: a client also calls it a reorg when its head
 * skips blocks of its own branch, counts the depth in a way of its own, and may give other roots than those of the
 * heads. What it tells counts where the blocks are not known.
 */
export class Reorgs {
  readonly #tree: BlockTree
  /** By node, the last reorg that it told, for the head that comes after it. */
  readonly #told = new Map<string, ReorgEvent>()
  /** By node, the last move that the blocks do not explain, for what the node tells after it. */
  readonly #unexplained = new Map<string, HeadChange>()

  constructor(tree: BlockTree) {
    this.#tree = tree
  }

  /** @returns the reorg that the move is */
  onHead(node: string, change: HeadChange): Reorg | undefined {
    const { oldHead, newHead } = change
    const [old, ancestor] = [this.#tree.get(oldHead), this.#tree.commonAncestor(oldHead, newHead)]
    if (old !== undefined && ancestor !== undefined) {
      if (ancestor.root === oldHead) return undefined
      return { ...change, depth: old.slot - ancestor.slot, ancestorSlot: ancestor.slot }
    }
    const told = this.#told.get(node)
    if (told?.oldHead === oldHead) return { ...change, depth: told.depth }
    this.#unexplained.set(node, change)
    return undefined
  }

  /** @returns the reorg that the node's last move was, now that it tells of it */
  onTold(event: ReorgEvent): Reorg | undefined {
    const { node, oldHead, depth } = event
    this.#told.set(node, event)
    const change = this.#unexplained.get(node)
    if (change?.oldHead !== oldHead) return undefined
    this.#unexplained.delete(node)
    return { ...change, depth }
  }

  /** Where a node that has ended goes on from has nothing to do with what it told. */
  forget(node: string): void {
    this.#told.delete(node)
    this.#unexplained.delete(node)
  }
}
