import { ancestorAtSlot, type TreeNode } from './block-tree.ts'
import { ForkChoiceError, type ForkChoiceReason } from './errors.ts'
import { markPayloadValid } from './execution-status.ts'
import type { Store } from './store.ts'
import { startSlotOfEpoch } from './store-time.ts'
import { type BlockSummary, type Checkpoint, type Root, ZERO_ROOT } from './types.ts'

const ROOT_PATTERN = /^0x[0-9a-f]{64}$/

export type BlockHeader = Pick<BlockSummary, 'slot' | 'root' | 'parentRoot'>

/** `on_block`, after the state transition: the caller brings what the post-state says. */
export function onBlock(store: Store, block: BlockSummary): 'imported' | 'known' {
  if (store.tree.get(block.root) !== undefined) return 'known'
  requireImportable(store, block)
  requireKnownCheckpoints(store, block)
  const previousHead = store.findHead()
  const node = store.tree.insert(block)
  if (block.executionStatus === 'valid') markPayloadValid(node)
  updateProposerBoostRoot(store, previousHead, node)
  store.updateCheckpoints(block.justifiedCheckpoint, block.finalizedCheckpoint)
  computePulledUpTip(store, node)
  store.markStale()
  return 'imported'
}

/**
 * The assertions of `on_block` that need no state, to be made before the costly state transition as well. The
 * parent is looked for last, so that nobody goes looking for the ancestors of a block that can never count.
 * @throws ForkChoiceError with the reason
 */
export function requireImportable(store: Store, header: BlockHeader): void {
  const { slot, root, parentRoot } = header
  if (!ROOT_PATTERN.test(root) || root === ZERO_ROOT || !Number.isSafeInteger(slot)) {
    throw refused('malformed', 'its root or its slot is malformed', header)
  }
  const { epoch, root: finalizedRoot } = store.checkpoints.finalized
  const finalizedSlot = startSlotOfEpoch(epoch, store.parameters.slotsPerEpoch)
  if (slot <= finalizedSlot) {
    throw refused('before-finalized', `the chain is final up to slot ${finalizedSlot}`, header)
  }
  if (slot > store.time.slot) {
    throw refused('future-slot', `the current slot is ${store.time.slot}`, header)
  }
  const parent = store.tree.get(parentRoot)
  if (parent === undefined) throw refused('unknown-parent', `its parent ${parentRoot} is not known`, header)
  if (slot <= parent.slot) throw refused('malformed', `its parent is of slot ${parent.slot}`, header)
  if (parent.executionStatus === 'invalid') {
    throw refused('invalid-payload', `the payload of its parent ${parentRoot} is invalid`, header)
  }
  if (!parent.isFinalizedDescendant) {
    throw refused('conflicts-with-finalized', `its chain leaves out the finalized ${finalizedRoot}`, header)
  }
}

/** `get_shuffling_dependent_root`. Of blocks so old that they were pruned there is only one chain. */
export function shufflingDependentRoot(store: Store, node: TreeNode, epoch: number): Root {
  const { minSeedLookahead, slotsPerEpoch } = store.parameters
  const lookaheadStartSlot = startSlotOfEpoch(Math.max(0, epoch - minSeedLookahead), slotsPerEpoch)
  const dependentSlot = Math.max(0, lookaheadStartSlot - 1)
  const ancestor = ancestorAtSlot(node, dependentSlot) ?? store.tree.nodes[0]
  return ancestor?.root ?? ZERO_ROOT
}

/** The checkpoints that this block could move the store's to must be ones that a head can be sought from. */
function requireKnownCheckpoints(store: Store, block: BlockSummary): void {
  const { justified, unrealizedJustified, finalized, unrealizedFinalized } = store.checkpoints
  const justifiedEpoch = Math.min(justified.epoch, unrealizedJustified.epoch)
  const finalizedEpoch = Math.min(finalized.epoch, unrealizedFinalized.epoch)
  const newer: [name: string, checkpoint: Checkpoint, thanEpoch: number][] = [
    ['justifiedCheckpoint', block.justifiedCheckpoint, justifiedEpoch],
    ['unrealizedJustifiedCheckpoint', block.unrealizedJustifiedCheckpoint, justifiedEpoch],
    ['finalizedCheckpoint', block.finalizedCheckpoint, finalizedEpoch],
    ['unrealizedFinalizedCheckpoint', block.unrealizedFinalizedCheckpoint, finalizedEpoch],
  ]
  for (const [name, { epoch, root }, thanEpoch] of newer) {
    if (epoch <= thanEpoch || root === block.root || store.tree.get(root) !== undefined) continue
    throw new ForkChoiceError({
      reason: 'unknown-checkpoint',
      message: `Block ${block.root} names a ${name} of epoch ${epoch} whose block ${root} is not known.`,
      hints: ['The post-state is not one of this chain.'],
      facts: { root: block.root, name, epoch, checkpointRoot: root },
    })
  }
}

/**
 * `update_proposer_boost_root`. A block whose import took so long that its slot is over gets no boost any more,
 * as the boost was to end with the slot.
 */
function updateProposerBoostRoot(store: Store, head: TreeNode | undefined, node: TreeNode): void {
  const isFirstBlock = store.proposerBoostRoot === ZERO_ROOT
  if (!node.isTimely || !isFirstBlock || head === undefined || node.slot !== store.time.slot) return
  const { epoch } = store.time
  // A block upon the head shares all that is older with it: the common case needs no search.
  const isSameDependentRoot =
    node.parent === head ||
    shufflingDependentRoot(store, head, epoch) === shufflingDependentRoot(store, node, epoch)
  if (isSameDependentRoot) store.proposerBoostRoot = node.root
}

/** `compute_pulled_up_tip`. */
function computePulledUpTip(store: Store, node: TreeNode): void {
  const { unrealizedJustifiedCheckpoint, unrealizedFinalizedCheckpoint } = node
  store.checkpoints.updateUnrealized(unrealizedJustifiedCheckpoint, unrealizedFinalizedCheckpoint)
  if (node.epoch < store.time.epoch) {
    store.updateCheckpoints(unrealizedJustifiedCheckpoint, unrealizedFinalizedCheckpoint)
  }
}

function refused(reason: ForkChoiceReason, because: string, header: BlockHeader): ForkChoiceError {
  const { slot, root, parentRoot } = header
  return new ForkChoiceError({
    reason,
    message: `Block ${root} of slot ${slot} is refused: ${because}.`,
    facts: { slot, root, parentRoot },
  })
}
