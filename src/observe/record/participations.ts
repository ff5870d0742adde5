import type { NodeEvent } from '../../apis/node-event.ts'
import type { BlockTree } from './block-tree.ts'

type ParticipationEvent = NodeEvent & { readonly topic: 'participation' }

/** Knows which shares of the latest epoch were told, and on which branch. */
export class Participations {
  readonly #tree: BlockTree
  #epoch = -1
  /** By shares, the head of each branch on which they were told. */
  #told = new Map<string, (string | undefined)[]>()

  constructor(tree: BlockTree) {
    this.#tree = tree
  }

  /**
   * Whether no node of the same branch has told the same. The sides of a split may have the same shares, but of
   * other validators.
   *
   * @param headRoot the node's head
   */
  isNew({ epoch, source, target, head }: ParticipationEvent, headRoot: string | undefined): boolean {
    if (epoch > this.#epoch) {
      this.#epoch = epoch
      this.#told = new Map()
    }
    const shares = `${epoch} ${source} ${target} ${head}`
    const heads = this.#told.get(shares) ?? []
    if (heads.some((one) => !this.#areApart(one, headRoot))) return false
    this.#told.set(shares, [...heads, headRoot])
    return true
  }

  /** Whether neither head descends from the other, as far as the blocks are known. */
  #areApart(one: string | undefined, other: string | undefined): boolean {
    if (one === undefined || other === undefined) return false
    const ancestor = this.#tree.commonAncestor(one, other)
    return ancestor !== undefined && ancestor.root !== one && ancestor.root !== other
  }
}
