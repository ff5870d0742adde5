import { ForkChoiceError } from './errors.ts'
import { epochAtSlot, startSlotOfEpoch } from './store-time.ts'
import {
  type BlockSummary,
  type Checkpoint,
  type ExecutionStatus,
  type KnownBlock,
  type Root,
  ZERO_ROOT,
} from './types.ts'

/** In place of a block's index: there is none, or it has been pruned. */
export const NO_NODE = -1
const SMALLEST_CAPACITY = 64

export interface TreeNode extends KnownBlock {
  executionStatus: ExecutionStatus
  /** Epoch of the block's slot. */
  readonly epoch: number
  /** `get_checkpoint_block` of the block and its own epoch; ZERO_ROOT where it is older than the anchor. */
  readonly checkpointRoot: Root
  /** Whether `get_checkpoint_block` of the block and the finalized epoch is the finalized block. */
  isFinalizedDescendant: boolean
  /** Place in `BlockTree.nodes`; changes when the tree is pruned. */
  index: number
  /** Absent for the oldest block that is kept. */
  parent: TreeNode | undefined
  /**
   * Shared by all blocks of one slot and proposer: how many there are, without those with an invalid payload.
   * The count outlives pruning, so that an equivocation stays known when only one of its blocks is kept.
   */
  readonly duty: { blockCount: number }
}

export interface PrunedBlocks {
  /** Ancestors of the new oldest block, oldest first: the chain that became final. */
  readonly canonical: readonly KnownBlock[]
  /** Blocks of all other branches, oldest first. */
  readonly orphaned: readonly KnownBlock[]
}

export interface BlockTreeLimits {
  readonly slotsPerEpoch: number
  readonly maxBlocks: number
}

/**
 * The blocks since the oldest one that is kept. `nodes` has every parent before its children, so that one pass
 * forwards hands things down the tree and one pass backwards hands them up.
 */
export class BlockTree {
  readonly #limits: BlockTreeLimits
  readonly #byRoot = new Map<Root, TreeNode>()
  #nodes: TreeNode[] = []
  // What a pass over all nodes reads is kept in columns as well: it is the memory that takes the time.
  #parentIndices = new Int32Array(SMALLEST_CAPACITY)
  #slots = new Float64Array(SMALLEST_CAPACITY)
  #finalized: Checkpoint

  constructor(limits: BlockTreeLimits, finalized: Checkpoint) {
    this.#limits = limits
    this.#finalized = finalized
  }

  get nodes(): readonly TreeNode[] {
    return this.#nodes
  }

  get(root: Root): TreeNode | undefined {
    return this.#byRoot.get(root)
  }

  /** @throws ForkChoiceError `unknown-block` */
  require(root: Root): TreeNode {
    const node = this.#byRoot.get(root)
    if (node !== undefined) return node
    throw new ForkChoiceError({
      reason: 'unknown-block',
      message: `Block ${root} is not in the block tree.`,
      hints: ['It was never imported, or it was pruned when a later block was finalized.'],
      facts: { root },
    })
  }

  /** Index of the parent; NO_NODE for the oldest block, and for a block that has been detached. */
  parentIndex(index: number): number {
    return this.#parentIndices[index] ?? NO_NODE
  }

  /** @throws ForkChoiceError `limit-reached` */
  insert(block: BlockSummary): TreeNode {
    this.#requireRoom(block.root)
    const parent = this.#byRoot.get(block.parentRoot)
    const epoch = epochAtSlot(block.slot, this.#limits.slotsPerEpoch)
    const duty = this.#dutyOf(block)
    duty.blockCount += 1
    const node: TreeNode = {
      ...block,
      epoch,
      checkpointRoot: this.#checkpointRootOf(block, epoch, parent),
      isFinalizedDescendant: false,
      index: this.#nodes.length,
      parent,
      duty,
    }
    node.isFinalizedDescendant = this.#isFinalizedDescendant(node)
    this.#nodes.push(node)
    this.#byRoot.set(node.root, node)
    this.#fillColumns(node)
    return node
  }

  /** `get_checkpoint_block`; undefined when it is no longer kept. A block knows that of its own epoch. */
  checkpointRoot(node: TreeNode, epoch: number): Root | undefined {
    if (epoch > node.epoch) return node.root
    if (epoch === node.epoch && node.checkpointRoot !== ZERO_ROOT) return node.checkpointRoot
    return ancestorAtSlot(node, startSlotOfEpoch(epoch, this.#limits.slotsPerEpoch))?.root
  }

  setFinalized(finalized: Checkpoint): void {
    if (finalized === this.#finalized) return
    this.#finalized = finalized
    for (const node of this.#nodes) node.isFinalizedDescendant = this.#isFinalizedDescendant(node)
  }

  /** Cuts a block off whose payload is invalid: nothing that is handed up the tree passes it any more. */
  detach(node: TreeNode): void {
    node.executionStatus = 'invalid'
    node.duty.blockCount -= 1
    this.#parentIndices[node.index] = NO_NODE
  }

  /**
   * Forgets all but `root` and its descendants, whose `index` changes.
   * @returns the blocks that were forgotten, and the new index of each old one (NO_NODE where there is none)
   */
  prune(root: TreeNode): { removed: PrunedBlocks; newIndexOf: Int32Array } {
    const old = this.#nodes
    const newIndexOf = new Int32Array(old.length).fill(NO_NODE)
    const ancestors = new Set(ancestorsOf(root))
    const canonical: TreeNode[] = []
    const orphaned: TreeNode[] = []
    this.#nodes = []
    for (const [oldIndex, node] of old.entries()) {
      // A parent comes before its children, so what becomes of it is known by now.
      const isKept = node === root || (node.parent !== undefined && newIndexOf[node.parent.index] !== NO_NODE)
      if (isKept) {
        newIndexOf[oldIndex] = this.#nodes.length
        this.#nodes.push(node)
      } else {
        this.#byRoot.delete(node.root)
        const destination = ancestors.has(node) ? canonical : orphaned
        destination.push(node)
      }
    }
    // The forgotten blocks must not stay reachable through the one that is now the oldest.
    root.parent = undefined
    for (const [index, node] of this.#nodes.entries()) {
      node.index = index
      this.#fillColumns(node)
    }
    return { removed: { canonical, orphaned }, newIndexOf }
  }

  #requireRoom(root: Root): void {
    const { maxBlocks } = this.#limits
    if (this.#nodes.length < maxBlocks) return
    throw new ForkChoiceError({
      reason: 'limit-reached',
      message: `The block tree already holds ${this.#nodes.length} blocks that are not final.`,
      hints: ['Prune it after each new finalized checkpoint, or raise maxBlocks.'],
      facts: { maxBlocks, root },
    })
  }

  #dutyOf({ slot, proposerIndex }: BlockSummary): { blockCount: number } {
    for (let index = this.#nodes.length - 1; index >= 0; index--) {
      if (this.#slots[index] !== slot) continue
      const node = this.#nodes[index]
      if (node?.proposerIndex === proposerIndex) return node.duty
    }
    return { blockCount: 0 }
  }

  #checkpointRootOf({ slot, root }: BlockSummary, epoch: number, parent: TreeNode | undefined): Root {
    if (slot === startSlotOfEpoch(epoch, this.#limits.slotsPerEpoch)) return root
    if (parent === undefined) return ZERO_ROOT
    return parent.epoch === epoch ? parent.checkpointRoot : parent.root
  }

  #isFinalizedDescendant({ slot, root, parent }: TreeNode): boolean {
    const finalizedSlot = startSlotOfEpoch(this.#finalized.epoch, this.#limits.slotsPerEpoch)
    if (slot <= finalizedSlot) return root === this.#finalized.root
    return parent?.isFinalizedDescendant ?? false
  }

  #fillColumns({ index, parent, slot, executionStatus }: TreeNode): void {
    if (index >= this.#slots.length) {
      const [slots, parentIndices] = [this.#slots, this.#parentIndices]
      this.#slots = new Float64Array(slots.length * 2)
      this.#slots.set(slots)
      this.#parentIndices = new Int32Array(slots.length * 2)
      this.#parentIndices.set(parentIndices)
    }
    const isAttached = parent !== undefined && executionStatus !== 'invalid'
    this.#parentIndices[index] = isAttached ? parent.index : NO_NODE
    this.#slots[index] = slot
  }
}

function* ancestorsOf(node: TreeNode): Generator<TreeNode> {
  for (let ancestor = node.parent; ancestor !== undefined; ancestor = ancestor.parent) yield ancestor
}

/** `get_ancestor`: the last block of the chain at or before `slot`; undefined when it is no longer kept. */
export function ancestorAtSlot(node: TreeNode, slot: number): TreeNode | undefined {
  let ancestor: TreeNode | undefined = node
  while (ancestor !== undefined && ancestor.slot > slot) ancestor = ancestor.parent
  return ancestor
}

/** `is_ancestor`. A block is its own ancestor. */
export function isAncestor(ancestor: TreeNode, descendant: TreeNode): boolean {
  return ancestorAtSlot(descendant, ancestor.slot) === ancestor
}

/** The latest block that is in both chains. */
export function commonAncestor(a: TreeNode, b: TreeNode): TreeNode | undefined {
  let left: TreeNode | undefined = a
  let right: TreeNode | undefined = b
  while (left !== right) {
    if ((left?.slot ?? NO_NODE) >= (right?.slot ?? NO_NODE)) left = left?.parent
    else right = right?.parent
  }
  return left
}
