import type { SeenBlock } from '../../apis/node-event.ts'

/** Blocks that are remembered: a reorg that goes further back is not explained. */
const defaultBlocksMax = 4_096

/** The latest blocks of all branches, to find where two of them meet. */
export class BlockTree {
  readonly #blocksMax: number
  /** In the order in which they came. */
  readonly #blocks = new Map<string, SeenBlock>()

  constructor(blocksMax = defaultBlocksMax) {
    this.#blocksMax = blocksMax
  }

  add(block: SeenBlock): void {
    const known = this.#blocks.get(block.root)
    // Whoever can tell the parent knows more than one who cannot.
    if (known?.parentRoot !== undefined) return
    this.#blocks.set(block.root, block)
    if (this.#blocks.size <= this.#blocksMax) return
    const [oldest] = this.#blocks.keys()
    if (oldest !== undefined) this.#blocks.delete(oldest)
  }

  get(root: string): SeenBlock | undefined {
    return this.#blocks.get(root)
  }

  /** The latest block that both descend from, or are; undefined where the tree does not reach back to it. */
  commonAncestor(a: string, b: string): SeenBlock | undefined {
    let [one, other] = [this.#blocks.get(a), this.#blocks.get(b)]
    while (one !== undefined && other !== undefined && one.root !== other.root) {
      // The later of the two cannot be an ancestor of the other one.
      if (one.slot >= other.slot) one = this.#parent(one)
      else other = this.#parent(other)
    }
    return one !== undefined && other !== undefined ? one : undefined
  }

  #parent({ parentRoot }: SeenBlock): SeenBlock | undefined {
    return parentRoot === undefined ? undefined : this.#blocks.get(parentRoot)
  }
}
