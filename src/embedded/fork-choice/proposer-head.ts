import type { TreeNode } from './block-tree.ts'
import { isSameCheckpoint } from './checkpoints.ts'
import { committeeFractionGwei, incrementsToGwei } from './committee-weight.ts'
import type { Store } from './store.ts'
import { epochAtSlot } from './store-time.ts'
import type { Root } from './types.ts'

/** The conditions of `get_proposer_head`, as found. */
export interface ReorgConditions {
  /** `is_head_late`. */
  readonly isHeadLate: boolean
  /** `is_shuffling_stable`; from Fulu on always true, as the lookahead fixes the proposers (EIP-7917). */
  readonly isShufflingStable: boolean
  /** `is_ffg_competitive`. */
  readonly isFfgCompetitive: boolean
  /** `is_finalization_ok`. */
  readonly isFinalizationOk: boolean
  /** `is_proposing_on_time`. */
  readonly isProposingOnTime: boolean
  /** `parent_slot_ok`: the head is of the slot after its parent's. */
  readonly isParentSlotOk: boolean
  /** `current_time_ok`: the proposal is for the slot after the head's. */
  readonly isCurrentTimeOk: boolean
  /** `is_head_weak`. */
  readonly isHeadWeak: boolean
  /** `is_parent_strong`. */
  readonly isParentStrong: boolean
  /** `is_proposer_equivocation`: another block of the head's slot and proposer is known. */
  readonly isProposerEquivocation: boolean
  /** The specification asserts this; here a head that still has its boost is simply built upon. */
  readonly isBoostWornOff: boolean
}

export interface ProposerHead {
  /** The block to build upon. */
  readonly root: Root
  /** Whether that is the head's parent. */
  readonly isReorg: boolean
  /** Absent when the head is the oldest block that is kept, which cannot be re-orged. */
  readonly conditions: ReorgConditions | undefined
}

/** `get_proposer_head`: the head, or its parent when the head came late and weak. */
export function proposerHead(store: Store, slot: number): ProposerHead {
  const head = store.head()
  const { parent } = head
  if (parent === undefined) return { root: head.root, isReorg: false, conditions: undefined }
  const conditions: ReorgConditions = {
    ...headConditions(store, head, parent, slot),
    isCurrentTimeOk: head.slot + 1 === slot,
    isHeadWeak: isHeadWeak(store, head),
    isParentStrong: isParentStrong(store, parent),
    isProposerEquivocation: head.duty.blockCount > 1,
    isBoostWornOff: store.proposerBoostRoot !== head.root,
  }
  const isReorg =
    conditions.isBoostWornOff && (isLateHeadReorg(conditions) || isEquivocationReorg(conditions))
  return { root: isReorg ? parent.root : head.root, isReorg, conditions }
}

/**
 * `should_override_forkchoice_update` (bellatrix/fork-choice.md up to consensus-specs 1.6; a suggestion that
 * later versions leave to the client): whether the execution client should not be told of the head, as a
 * proposer of ours is going to build upon its parent.
 *
 * @param proposesNextSlot whether the proposer of the slot after the head's, in the parent's chain, is ours
 */
export function shouldOverrideForkchoiceUpdate(store: Store, proposesNextSlot: boolean): boolean {
  const head = store.head()
  const { parent } = head
  if (parent === undefined || !proposesNextSlot) return false
  const proposalSlot = head.slot + 1
  const conditions = headConditions(store, head, parent, proposalSlot)
  const isCurrentTimeOk =
    head.slot === store.time.slot || (proposalSlot === store.time.slot && conditions.isProposingOnTime)
  // Before the head's slot is over, its attestations have not been counted: assume the best.
  const areVotesCounted = store.time.slot > head.slot
  return (
    conditions.isHeadLate &&
    conditions.isShufflingStable &&
    conditions.isFfgCompetitive &&
    conditions.isFinalizationOk &&
    conditions.isParentSlotOk &&
    isCurrentTimeOk &&
    (!areVotesCounted || (isHeadWeak(store, head) && isParentStrong(store, parent)))
  )
}

type HeadConditions = Pick<
  ReorgConditions,
  | 'isHeadLate'
  | 'isShufflingStable'
  | 'isFfgCompetitive'
  | 'isFinalizationOk'
  | 'isProposingOnTime'
  | 'isParentSlotOk'
>

/** The conditions that both functions share: all but those on votes and on the proposal's slot. */
function headConditions(store: Store, head: TreeNode, parent: TreeNode, slot: number): HeadConditions {
  const { slotsPerEpoch, fuluForkEpoch, reorgMaxEpochsSinceFinalization } = store.parameters
  const epoch = epochAtSlot(slot, slotsPerEpoch)
  return {
    isHeadLate: !head.isTimely,
    isShufflingStable: epoch >= fuluForkEpoch || slot % slotsPerEpoch !== 0,
    isFfgCompetitive: isSameCheckpoint(
      head.unrealizedJustifiedCheckpoint,
      parent.unrealizedJustifiedCheckpoint,
    ),
    isFinalizationOk: epoch - store.checkpoints.finalized.epoch <= reorgMaxEpochsSinceFinalization,
    isProposingOnTime: store.time.timeIntoSlotMs <= store.time.proposerReorgCutoffMs,
    isParentSlotOk: parent.slot + 1 === head.slot,
  }
}

function isLateHeadReorg(conditions: ReorgConditions): boolean {
  return (
    conditions.isHeadLate &&
    conditions.isShufflingStable &&
    conditions.isFfgCompetitive &&
    conditions.isFinalizationOk &&
    conditions.isProposingOnTime &&
    conditions.isParentSlotOk &&
    conditions.isCurrentTimeOk &&
    conditions.isHeadWeak &&
    conditions.isParentStrong
  )
}

/** "Re-org more aggressively if there is a proposer equivocation in the previous slot." */
function isEquivocationReorg(conditions: ReorgConditions): boolean {
  return conditions.isHeadWeak && conditions.isCurrentTimeOk && conditions.isProposerEquivocation
}

/**
 * `is_head_weak`. The stake of equivocating validators of the head's slot counts as if it were for the head, so
 * that more messages can only make the head stronger.
 */
function isHeadWeak(store: Store, head: TreeNode): boolean {
  const { effectiveIncrements } = store.justifiedWeights()
  let increments = store.scores().attestationIncrements(head)
  if (store.messages.hasEquivocators) {
    for (const validatorIndex of store.states.committeeMembers(head.root)) {
      if (store.messages.isEquivocating(validatorIndex))
        increments += effectiveIncrements[validatorIndex] ?? 0
    }
  }
  return incrementsToGwei(increments) < fractionGwei(store, store.parameters.reorgHeadWeightThreshold)
}

/** `is_parent_strong`. */
function isParentStrong(store: Store, parent: TreeNode): boolean {
  const weightGwei = incrementsToGwei(store.scores().attestationIncrements(parent))
  return weightGwei > fractionGwei(store, store.parameters.reorgParentWeightThreshold)
}

function fractionGwei(store: Store, percent: number): bigint {
  const { totalIncrements } = store.justifiedWeights()
  return committeeFractionGwei(totalIncrements, store.parameters.slotsPerEpoch, percent)
}
