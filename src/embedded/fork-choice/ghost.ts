import { type BlockTree, NO_NODE, type TreeNode } from './block-tree.ts'
import { GWEI_PER_INCREMENT, incrementsToGwei } from './committee-weight.ts'
import type { LatestMessages } from './latest-messages.ts'
import type { Checkpoint } from './types.ts'

const GENESIS_EPOCH = 0

export interface GhostInput {
  readonly tree: BlockTree
  readonly messages: LatestMessages
  readonly currentEpoch: number
  readonly justified: Checkpoint
  readonly finalized: Checkpoint
  /** The block with the proposer boost, when it is in the tree. */
  readonly boosted: TreeNode | undefined
  readonly boostGwei: number
}

/**
 * LMD-GHOST over the whole tree in one pass: `get_attestation_score`, `get_weight`, `filter_node_tree` and the
 * choice of `get_head` among siblings, for every block at once.
 *
 * A block whose payload is invalid counts as removed: it is no child, and its votes reach no ancestor
 * (bellatrix/optimistic-sync.md, "Fork Choice").
 */
export class Ghost {
  #input: GhostInput | undefined
  /** By node: stake of the votes for it and for its descendants. */
  #increments = new Float64Array(0)
  /** By node: whether it is in the boosted block's chain. */
  #isBoosted = new Uint8Array(0)
  #hasChild = new Uint8Array(0)
  #isViable = new Uint8Array(0)
  /** By node: the child that the head is sought in, or NO_NODE. */
  #bestChild = new Int32Array(0)

  run(input: GhostInput): void {
    this.#input = input
    const { tree, boosted } = input
    this.#clear(tree.nodes.length)
    if (boosted !== undefined && boosted.executionStatus !== 'invalid') {
      for (let index = boosted.index; index !== NO_NODE; index = tree.parentIndex(index)) {
        this.#isBoosted[index] = 1
      }
    }
    // Children come after their parents, so all descendants of a node have had their turn before it.
    for (let index = tree.nodes.length - 1; index >= 0; index--) this.#passUp(index, input)
  }

  /** `get_head`, from `base`. */
  headFrom(base: TreeNode): TreeNode {
    let headIndex = base.index
    for (;;) {
      const childIndex = this.#bestChild[headIndex] ?? NO_NODE
      if (childIndex === NO_NODE) return this.#input?.tree.nodes[headIndex] ?? base
      headIndex = childIndex
    }
  }

  /** `get_attestation_score`, in increments. */
  attestationIncrements({ index, executionStatus }: TreeNode): number {
    return executionStatus === 'invalid' ? 0 : this.#incrementsAt(index)
  }

  /** `get_weight`, in Gwei. */
  weightGwei(node: TreeNode): bigint {
    const boostGwei = this.#isBoosted[node.index] === 1 ? (this.#input?.boostGwei ?? 0) : 0
    return incrementsToGwei(this.attestationIncrements(node)) + BigInt(boostGwei)
  }

  /** Whether the node would be in the result of `filter_node_tree`. */
  isViable({ index, executionStatus }: TreeNode): boolean {
    return executionStatus !== 'invalid' && this.#isViable[index] === 1
  }

  /** Whether no block builds upon it. */
  isLeaf({ index }: TreeNode): boolean {
    return this.#hasChild[index] !== 1
  }

  #incrementsAt(index: number): number {
    return this.#increments[index] ?? 0
  }

  /** Completes the node's weight and viability, and hands them up to its parent. */
  #passUp(index: number, input: GhostInput): void {
    const { tree, messages } = input
    const increments = this.#incrementsAt(index) + messages.directIncrements(index)
    this.#increments[index] = increments
    if (this.#hasChild[index] !== 1 && isViableLeaf(tree.nodes[index], input)) this.#isViable[index] = 1

    const parentIndex = tree.parentIndex(index)
    if (parentIndex === NO_NODE) return
    this.#hasChild[parentIndex] = 1
    this.#increments[parentIndex] = this.#incrementsAt(parentIndex) + increments
    if (this.#isViable[index] !== 1) return
    this.#isViable[parentIndex] = 1
    const rivalIndex = this.#bestChild[parentIndex] ?? NO_NODE
    if (rivalIndex === NO_NODE || this.#isBetter(index, rivalIndex, input))
      this.#bestChild[parentIndex] = index
  }

  /** The order of `get_head`: by weight, then by root. Exact also where the weights in Gwei are not. */
  #isBetter(index: number, rivalIndex: number, { tree, boostGwei }: GhostInput): boolean {
    const increments = this.#incrementsAt(index) - this.#incrementsAt(rivalIndex)
    const boosts = (this.#isBoosted[index] ?? 0) - (this.#isBoosted[rivalIndex] ?? 0)
    const differenceGwei = increments * GWEI_PER_INCREMENT + boosts * boostGwei
    if (differenceGwei !== 0) return differenceGwei > 0
    return (tree.nodes[index]?.root ?? '') > (tree.nodes[rivalIndex]?.root ?? '')
  }

  #clear(nodeCount: number): void {
    if (nodeCount > this.#increments.length) {
      const capacity = Math.max(64, nodeCount * 2)
      this.#increments = new Float64Array(capacity)
      this.#isBoosted = new Uint8Array(capacity)
      this.#hasChild = new Uint8Array(capacity)
      this.#isViable = new Uint8Array(capacity)
      this.#bestChild = new Int32Array(capacity)
    }
    this.#increments.fill(0, 0, nodeCount)
    this.#isBoosted.fill(0, 0, nodeCount)
    this.#hasChild.fill(0, 0, nodeCount)
    this.#isViable.fill(0, 0, nodeCount)
    this.#bestChild.fill(NO_NODE, 0, nodeCount)
  }
}

/** The conditions that `filter_node_tree` sets for a leaf. */
function isViableLeaf(
  leaf: TreeNode | undefined,
  { justified, finalized, currentEpoch }: GhostInput,
): boolean {
  if (leaf === undefined) return false
  const votingSourceEpoch = votingSource(leaf, currentEpoch).epoch
  const isCorrectJustified =
    justified.epoch === GENESIS_EPOCH ||
    votingSourceEpoch === justified.epoch ||
    votingSourceEpoch + 2 >= currentEpoch
  const isCorrectFinalized = finalized.epoch === GENESIS_EPOCH || leaf.isFinalizedDescendant
  return isCorrectJustified && isCorrectFinalized
}

/** `get_voting_source`: a block of an earlier epoch counts as pulled up to the epoch's end. */
function votingSource(node: TreeNode, currentEpoch: number): Checkpoint {
  return currentEpoch > node.epoch ? node.unrealizedJustifiedCheckpoint : node.justifiedCheckpoint
}
