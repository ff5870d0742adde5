import { AttestationQueue } from './attestation-queue.ts'
import { BlockTree, isAncestor, type PrunedBlocks, type TreeNode } from './block-tree.ts'
import { Checkpoints } from './checkpoints.ts'
import { committeeFractionGwei, totalIncrements } from './committee-weight.ts'
import { ForkChoiceError } from './errors.ts'
import { Ghost } from './ghost.ts'
import { LatestMessages } from './latest-messages.ts'
import type { ForkChoiceParameters } from './parameters.ts'
import { epochAtSlot, StoreTime } from './store-time.ts'
import {
  type AnchorSummary,
  type Checkpoint,
  type JustifiedBalances,
  type StateSource,
  ZERO_ROOT,
} from './types.ts'

/** Balances of the justified state, with the sum that committee weights are fractions of. */
interface JustifiedWeights extends JustifiedBalances {
  readonly checkpoint: Checkpoint
  readonly totalIncrements: number
  /** `get_proposer_score`: a small part of all stake, which fits into a number. */
  readonly boostGwei: number
}

/** `Store` (phase0/fork-choice.md): what the handlers write and `get_head` reads. */
export class Store {
  readonly parameters: ForkChoiceParameters
  readonly states: StateSource
  readonly time: StoreTime
  readonly tree: BlockTree
  readonly messages = new LatestMessages()
  readonly checkpoints: Checkpoints
  readonly queue: AttestationQueue
  readonly #ghost = new Ghost()
  #proposerBoostRoot = ZERO_ROOT
  #weights: JustifiedWeights | undefined
  #isStale = true

  /** `get_forkchoice_store`. */
  constructor(parameters: ForkChoiceParameters, anchor: AnchorSummary, states: StateSource) {
    const anchorEpoch = epochAtSlot(anchor.stateSlot, parameters.slotsPerEpoch)
    const checkpoint: Checkpoint = { epoch: anchorEpoch, root: anchor.root }
    this.parameters = parameters
    this.states = states
    this.time = new StoreTime(parameters, anchor.stateSlot)
    this.checkpoints = new Checkpoints(checkpoint)
    this.tree = new BlockTree(parameters, checkpoint)
    this.queue = new AttestationQueue(parameters.maxQueuedAttestations)
    this.tree.insert({
      slot: anchor.slot,
      root: anchor.root,
      parentRoot: anchor.parentRoot,
      proposerIndex: anchor.proposerIndex,
      executionBlockHash: anchor.executionBlockHash,
      // The anchor is trusted (bellatrix/optimistic-sync.md, "Checkpoint Sync").
      executionStatus: 'valid',
      isTimely: true,
      justifiedCheckpoint: anchor.justifiedCheckpoint,
      finalizedCheckpoint: anchor.finalizedCheckpoint,
      unrealizedJustifiedCheckpoint: checkpoint,
      unrealizedFinalizedCheckpoint: checkpoint,
    })
  }

  /** `store.proposer_boost_root`, which is ZERO_ROOT when no block has the boost. */
  get proposerBoostRoot(): string {
    return this.#proposerBoostRoot
  }

  set proposerBoostRoot(root: string) {
    this.#proposerBoostRoot = root
    this.markStale()
  }

  /** `update_checkpoints`. */
  updateCheckpoints(justified: Checkpoint, finalized: Checkpoint): void {
    this.checkpoints.update(justified, finalized)
    this.tree.setFinalized(this.checkpoints.finalized)
    this.markStale()
  }

  /** The pull-up of `on_tick_per_slot` at the first slot of an epoch. */
  realizeCheckpoints(): void {
    const { unrealizedJustified, unrealizedFinalized } = this.checkpoints
    this.updateCheckpoints(unrealizedJustified, unrealizedFinalized)
  }

  /** To be called after every change that can move a weight, a branch's viability, or the head. */
  markStale(): void {
    this.#isStale = true
  }

  /** Weights and viability of all blocks, as of now. */
  scores(): Ghost {
    if (!this.#isStale) return this.#ghost
    const { votingIncrements, boostGwei } = this.justifiedWeights()
    this.messages.setBalances(votingIncrements)
    this.#ghost.run({
      tree: this.tree,
      messages: this.messages,
      currentEpoch: this.time.epoch,
      justified: this.checkpoints.justified,
      finalized: this.checkpoints.finalized,
      boosted: this.tree.get(this.#proposerBoostRoot),
      boostGwei,
    })
    this.#isStale = false
    return this.#ghost
  }

  /** `get_head`, or undefined when the justified block's payload turned out to be invalid. */
  findHead(): TreeNode | undefined {
    const justified = this.tree.require(this.checkpoints.justified.root)
    return justified.executionStatus === 'invalid' ? undefined : this.scores().headFrom(justified)
  }

  /**
   * `get_head`.
   * @throws ForkChoiceError `no-head`
   */
  head(): TreeNode {
    const head = this.findHead()
    if (head !== undefined) return head
    const { epoch, root } = this.checkpoints.justified
    throw new ForkChoiceError({
      reason: 'no-head',
      message: `There is no head: the justified block ${root} of epoch ${epoch} has an invalid payload.`,
      hints: ['Only a chain that justifies a later epoch can bring a head back.'],
      facts: { justifiedEpoch: epoch, justifiedRoot: root },
    })
  }

  /** The state at the justified checkpoint, as far as weights need it. */
  justifiedWeights(): JustifiedWeights {
    const checkpoint = this.checkpoints.justified
    if (this.#weights?.checkpoint === checkpoint) return this.#weights
    const { votingIncrements, effectiveIncrements } = this.states.justifiedBalances(checkpoint)
    const { slotsPerEpoch, proposerScoreBoost } = this.parameters
    const total = totalIncrements(votingIncrements)
    this.#weights = {
      checkpoint,
      votingIncrements,
      effectiveIncrements,
      totalIncrements: total,
      boostGwei: Number(committeeFractionGwei(total, slotsPerEpoch, proposerScoreBoost)),
    }
    return this.#weights
  }

  /**
   * Forgets what does not descend from the finalized block.
   *
   * Where a checkpoint of the store is in a branch that conflicts with the finalized one, which takes a third
   * of the stake to be slashable, nothing is forgotten: the specification still starts from that checkpoint.
   */
  prune(): PrunedBlocks {
    const { finalized, justified, unrealizedJustified, unrealizedFinalized } = this.checkpoints
    const root = this.tree.require(finalized.root)
    const isInBranch = [justified, unrealizedJustified, unrealizedFinalized].every((checkpoint) => {
      return isAncestor(root, this.tree.require(checkpoint.root))
    })
    if (!isInBranch) return { canonical: [], orphaned: [] }
    const { removed, newIndexOf } = this.tree.prune(root)
    this.messages.remap(newIndexOf)
    this.markStale()
    return removed
  }
}
