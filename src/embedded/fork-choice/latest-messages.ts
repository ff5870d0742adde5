import { NO_NODE } from './block-tree.ts'
import type { Root } from './types.ts'

const NO_EPOCH = -1
const SMALLEST_CAPACITY = 64

/** A validator's latest vote: `LatestMessage`. */
export interface LatestMessage {
  readonly epoch: number
  readonly root: Root
}

/**
 * `store.latest_messages` and `store.equivocating_indices`, with the stake that votes for each block directly.
 *
 * A changed vote moves its stake between two blocks at once, so a look-up of the head costs one pass over the
 * blocks and none over the validators. Stake is counted in units of EFFECTIVE_BALANCE_INCREMENT, which keeps
 * sums exact: all of mainnet's Gwei would not fit into a double.
 */
export class LatestMessages {
  /** By validator: index in the block tree of the block it votes for. */
  #votedNode = new Int32Array(0)
  /** By validator. Kept also when the block is forgotten, as older votes must not come back. */
  #targetEpoch = new Float64Array(0)
  #isEquivocating = new Uint8Array(0)
  #equivocatingCount = 0
  /** By validator: stake, as of the justified checkpoint. */
  #votingIncrements: Uint16Array = new Uint16Array(0)
  /** By index in the block tree. */
  #directIncrements = new Float64Array(SMALLEST_CAPACITY)

  get hasEquivocators(): boolean {
    return this.#equivocatingCount > 0
  }

  isEquivocating(validatorIndex: number): boolean {
    return this.#isEquivocating[validatorIndex] === 1
  }

  /** Stake of the validators whose latest vote is this very block. */
  directIncrements(nodeIndex: number): number {
    return this.#directIncrements[nodeIndex] ?? 0
  }

  /** The validator's latest vote; `nodeIndex` is NO_NODE when the block it was for has been pruned. */
  get(validatorIndex: number): { readonly epoch: number; readonly nodeIndex: number } | undefined {
    const epoch = this.#targetEpoch[validatorIndex] ?? NO_EPOCH
    if (epoch === NO_EPOCH) return undefined
    return { epoch, nodeIndex: this.#votedNode[validatorIndex] ?? NO_NODE }
  }

  /**
   * `update_latest_messages` for one validator: the first vote of a later target epoch counts.
   * @returns whether it counted
   */
  update(validatorIndex: number, targetEpoch: number, nodeIndex: number): boolean {
    this.#makeRoomForValidator(validatorIndex)
    if (this.#isEquivocating[validatorIndex] === 1) return false
    if (targetEpoch <= (this.#targetEpoch[validatorIndex] ?? NO_EPOCH)) return false
    const stake = this.#votingIncrements[validatorIndex] ?? 0
    this.#addStake(this.#votedNode[validatorIndex] ?? NO_NODE, -stake)
    this.#addStake(nodeIndex, stake)
    this.#votedNode[validatorIndex] = nodeIndex
    this.#targetEpoch[validatorIndex] = targetEpoch
    return true
  }

  /** Takes the validator's stake away for good (`on_attester_slashing`). */
  discount(validatorIndex: number): void {
    this.#makeRoomForValidator(validatorIndex)
    if (this.#isEquivocating[validatorIndex] === 1) return
    this.#isEquivocating[validatorIndex] = 1
    this.#equivocatingCount += 1
    this.#addStake(this.#votedNode[validatorIndex] ?? NO_NODE, -(this.#votingIncrements[validatorIndex] ?? 0))
  }

  /** Takes over the balances of another justified state. */
  setBalances(votingIncrements: Uint16Array): void {
    if (votingIncrements === this.#votingIncrements) return
    this.#votingIncrements = votingIncrements
    this.#directIncrements.fill(0)
    for (let validatorIndex = 0; validatorIndex < this.#votedNode.length; validatorIndex++) {
      if (this.#isEquivocating[validatorIndex] === 1) continue
      this.#addStake(this.#votedNode[validatorIndex] ?? NO_NODE, votingIncrements[validatorIndex] ?? 0)
    }
  }

  /** Follows the tree's pruning: votes for forgotten blocks weigh nothing from here on. */
  remap(newIndexOf: Int32Array): void {
    const oldIncrements = this.#directIncrements
    this.#directIncrements = new Float64Array(oldIncrements.length)
    for (let oldIndex = 0; oldIndex < newIndexOf.length; oldIndex++) {
      this.#addStake(newIndexOf[oldIndex] ?? NO_NODE, oldIncrements[oldIndex] ?? 0)
    }
    for (let validatorIndex = 0; validatorIndex < this.#votedNode.length; validatorIndex++) {
      const oldIndex = this.#votedNode[validatorIndex] ?? NO_NODE
      if (oldIndex !== NO_NODE) this.#votedNode[validatorIndex] = newIndexOf[oldIndex] ?? NO_NODE
    }
  }

  #addStake(nodeIndex: number, increments: number): void {
    if (nodeIndex === NO_NODE) return
    if (nodeIndex >= this.#directIncrements.length) {
      const grown = new Float64Array(Math.max(nodeIndex + 1, this.#directIncrements.length * 2))
      grown.set(this.#directIncrements)
      this.#directIncrements = grown
    }
    this.#directIncrements[nodeIndex] = (this.#directIncrements[nodeIndex] ?? 0) + increments
  }

  #makeRoomForValidator(validatorIndex: number): void {
    if (validatorIndex < this.#votedNode.length) return
    const capacity = Math.max(validatorIndex + 1, this.#votedNode.length * 2, SMALLEST_CAPACITY)
    const votedNode = new Int32Array(capacity).fill(NO_NODE)
    votedNode.set(this.#votedNode)
    const targetEpoch = new Float64Array(capacity).fill(NO_EPOCH)
    targetEpoch.set(this.#targetEpoch)
    const isEquivocating = new Uint8Array(capacity)
    isEquivocating.set(this.#isEquivocating)
    this.#votedNode = votedNode
    this.#targetEpoch = targetEpoch
    this.#isEquivocating = isEquivocating
  }
}
