import { ancestorAtSlot, commonAncestor, isAncestor, type PrunedBlocks } from './block-tree.ts'
import { dumpForkChoice, type ForkChoiceDump } from './dump.ts'
import { markPayloadInvalid, markPayloadValid } from './execution-status.ts'
import type { LatestMessage } from './latest-messages.ts'
import { onAttestation } from './on-attestation.ts'
import { onAttesterSlashing } from './on-attester-slashing.ts'
import { type BlockHeader, onBlock, requireImportable, shufflingDependentRoot } from './on-block.ts'
import { onTick } from './on-tick.ts'
import { type ForkChoiceOptions, resolveParameters } from './parameters.ts'
import { type ProposerHead, proposerHead, shouldOverrideForkchoiceUpdate } from './proposer-head.ts'
import { Store } from './store.ts'
import type {
  AnchorSummary,
  AttestationSummary,
  BlockSummary,
  Checkpoint,
  KnownBlock,
  Root,
  StateSource,
} from './types.ts'

export interface ForkChoiceInput {
  readonly options: ForkChoiceOptions
  readonly anchor: AnchorSummary
  readonly states: StateSource
}

/**
 * The fork choice of one node: LMD-GHOST with proposer boost, FFG filtering, proposer re-orgs and optimistic
 * import, from consensus-specs 1.7.0 (`fork-choice.md` of phase0 to fulu, bellatrix `optimistic-sync.md`).
 *
 * A pure data structure. It has no clock: call `onTick` before anything that depends on the time. It makes no
 * state transition and verifies no signature: the caller does, and brings summaries. Every method either does
 * its work or throws a ForkChoiceError and leaves the store as it was.
 *
 * It differs from the specification in three places, none of which moves the head of an honest network. An
 * attestation that is early is kept until its slot is over, rather than refused. After `prune`, a vote for a
 * block that was forgotten is refused as unknown, where the specification would let it replace the validator's
 * older vote; gossip ignores it anyway (p2p-interface.md, `beacon_attestation_{subnet_id}`: "the current
 * finalized_checkpoint is an ancestor of the block"). And `getProposerHead` answers with the head where the
 * specification asserts that the head has no boost, or a known parent.
 */
export class ForkChoice {
  readonly #store: Store

  /** `get_forkchoice_store`. */
  constructor({ options, anchor, states }: ForkChoiceInput) {
    this.#store = new Store(resolveParameters(options), anchor, states)
  }

  // Handlers.

  /** `on_tick`. @param timeMs Unix time in milliseconds; one that is not later than the last changes nothing */
  onTick(timeMs: number): void {
    onTick(this.#store, timeMs)
  }

  /** `record_block_timeliness`, for a block of this slot that arrives at the time of the last tick. */
  isTimely(slot: number): boolean {
    const { time } = this.#store
    return time.slot === slot && time.timeIntoSlotMs < time.attestationDueMs
  }

  /** The assertions of `on_block` that need no state: worth making before the state transition. */
  requireImportable(header: BlockHeader): void {
    requireImportable(this.#store, header)
  }

  /** `on_block`, after the state transition. The attestations and slashings inside are handed over apart. */
  onBlock(block: BlockSummary): 'imported' | 'known' {
    return onBlock(this.#store, block)
  }

  /** `on_attestation`, after its signature was verified. One that is early counts once its slot is over. */
  onAttestation(attestation: AttestationSummary): 'applied' | 'queued' {
    return onAttestation(this.#store, attestation)
  }

  /** `on_attester_slashing`, after both signatures were verified. @param indices those who signed both */
  onAttesterSlashing(indices: ArrayLike<number>): void {
    onAttesterSlashing(this.#store, indices)
  }

  /** The execution client found the payload of an optimistic block valid, and so those of its ancestors. */
  onValidPayload(blockRoot: Root): void {
    markPayloadValid(this.#store.tree.require(blockRoot))
  }

  /**
   * The execution client found the payload of an optimistic block invalid.
   * @returns the blocks that left the tree for it: by `latestValidHash` also ancestors, and all descendants
   */
  onInvalidPayload(blockRoot: Root, latestValidHash: Root | null): readonly Root[] {
    const { tree, queue } = this.#store
    const roots = markPayloadInvalid(tree, tree.require(blockRoot), latestValidHash)
    queue.dropBlocks(new Set(roots))
    this.#store.markStale()
    return roots
  }

  /** Forgets what is not in the finalized block's subtree; to be called after the finalized checkpoint moved. */
  prune(): PrunedBlocks {
    return this.#store.prune()
  }

  // Answers.

  /** `get_head`. @throws ForkChoiceError `no-head` when the justified block's payload is invalid */
  getHead(): KnownBlock {
    return this.#store.head()
  }

  /** `get_proposer_head`: the block that a proposer of this slot builds upon. */
  getProposerHead(slot: number): ProposerHead {
    return proposerHead(this.#store, slot)
  }

  /** `should_override_forkchoice_update`. */
  shouldOverrideForkchoiceUpdate({ proposesNextSlot }: { proposesNextSlot: boolean }): boolean {
    return shouldOverrideForkchoiceUpdate(this.#store, proposesNextSlot)
  }

  /** `store.time_ms`: Unix time of the last tick. */
  get timeMs(): number {
    return this.#store.time.timeMs
  }

  /** `get_current_slot`. */
  get currentSlot(): number {
    return this.#store.time.slot
  }

  get justifiedCheckpoint(): Checkpoint {
    return this.#store.checkpoints.justified
  }

  get finalizedCheckpoint(): Checkpoint {
    return this.#store.checkpoints.finalized
  }

  get unrealizedJustifiedCheckpoint(): Checkpoint {
    return this.#store.checkpoints.unrealizedJustified
  }

  get unrealizedFinalizedCheckpoint(): Checkpoint {
    return this.#store.checkpoints.unrealizedFinalized
  }

  /** `store.proposer_boost_root`: all zeroes when no block has the boost. */
  get proposerBoostRoot(): Root {
    return this.#store.proposerBoostRoot
  }

  getBlock(root: Root): KnownBlock | undefined {
    return this.#store.tree.get(root)
  }

  /** `get_ancestor`: undefined when the ancestor was pruned. @throws ForkChoiceError `unknown-block` */
  getAncestor(root: Root, slot: number): KnownBlock | undefined {
    return ancestorAtSlot(this.#store.tree.require(root), slot)
  }

  /** `get_checkpoint_block`: undefined when it was pruned. @throws ForkChoiceError `unknown-block` */
  getCheckpointRoot(root: Root, epoch: number): Root | undefined {
    const { tree } = this.#store
    return tree.checkpointRoot(tree.require(root), epoch)
  }

  /** `get_shuffling_dependent_root`; the oldest block that is kept when it was pruned. */
  getShufflingDependentRoot(root: Root, epoch: number): Root {
    return shufflingDependentRoot(this.#store, this.#store.tree.require(root), epoch)
  }

  /** `is_ancestor`. A block is its own ancestor. @throws ForkChoiceError `unknown-block` */
  isAncestor(ancestorRoot: Root, descendantRoot: Root): boolean {
    const { tree } = this.#store
    return isAncestor(tree.require(ancestorRoot), tree.require(descendantRoot))
  }

  /** Whether the block's checkpoint block of the finalized epoch is the finalized one. */
  isFinalizedDescendant(root: Root): boolean {
    return this.#store.tree.require(root).isFinalizedDescendant
  }

  /** The latest block that is in both chains. @throws ForkChoiceError `unknown-block` */
  getCommonAncestor(a: Root, b: Root): KnownBlock | undefined {
    const { tree } = this.#store
    return commonAncestor(tree.require(a), tree.require(b))
  }

  /** All blocks that none builds upon, the viable and the others, without those with an invalid payload. */
  getHeads(): readonly KnownBlock[] {
    const scores = this.#store.scores()
    const { nodes } = this.#store.tree
    return nodes.filter((node) => node.executionStatus !== 'invalid' && scores.isLeaf(node))
  }

  /** The leaves of `get_filtered_node_tree`; just the justified block when no branch is viable. */
  getViableHeads(): readonly KnownBlock[] {
    const scores = this.#store.scores()
    const { tree, checkpoints } = this.#store
    const justified = tree.require(checkpoints.justified.root)
    const viable = tree.nodes.filter(
      (node) => scores.isLeaf(node) && scores.isViable(node) && isAncestor(justified, node),
    )
    return viable.length === 0 ? [justified] : viable
  }

  /** `get_weight`, exact: Gwei do not fit into a number. @throws ForkChoiceError `unknown-block` */
  getWeightGwei(root: Root): bigint {
    return this.#store.scores().weightGwei(this.#store.tree.require(root))
  }

  /** `store.latest_messages[index]`; undefined also when the block that was voted for has been pruned. */
  getLatestMessage(validatorIndex: number): LatestMessage | undefined {
    const message = this.#store.messages.get(validatorIndex)
    const voted = this.#store.tree.nodes[message?.nodeIndex ?? -1]
    return message && voted && { epoch: message.epoch, root: voted.root }
  }

  /** Whether the validator is in `store.equivocating_indices`. */
  isEquivocating(validatorIndex: number): boolean {
    return this.#store.messages.isEquivocating(validatorIndex)
  }

  /** What `/eth/v1/debug/fork_choice` shows. */
  dump(): ForkChoiceDump {
    return dumpForkChoice(this.#store)
  }
}
