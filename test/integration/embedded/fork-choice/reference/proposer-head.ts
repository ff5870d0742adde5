import { calculateCommitteeFraction, getAttestationScore, justifiedState } from './head.ts'
import {
  assert,
  at,
  computeEpochAtSlot,
  getCurrentSlot,
  getSlotComponentDurationMs,
  getTimeIntoSlotMs,
  type Store,
} from './store.ts'

const REORG_HEAD_WEIGHT_THRESHOLD = 20n
const REORG_PARENT_WEIGHT_THRESHOLD = 160n
const REORG_MAX_EPOCHS_SINCE_FINALIZATION = 2
const PROPOSER_REORG_CUTOFF_BPS = 1667

function isHeadLate(store: Store, headRoot: string): boolean {
  return !at(store.blockTimeliness, headRoot)
}

function isShufflingStable(store: Store, slot: number): boolean {
  return slot % store.config.slotsPerEpoch !== 0
}

function isFfgCompetitive(store: Store, headRoot: string, parentRoot: string): boolean {
  const head = at(store.unrealizedJustifications, headRoot)
  const parent = at(store.unrealizedJustifications, parentRoot)
  return head.epoch === parent.epoch && head.root === parent.root
}

function isFinalizationOk(store: Store, slot: number): boolean {
  const epochsSinceFinalization = computeEpochAtSlot(store, slot) - store.finalizedCheckpoint.epoch
  return epochsSinceFinalization <= REORG_MAX_EPOCHS_SINCE_FINALIZATION
}

function isProposingOnTime(store: Store): boolean {
  return getTimeIntoSlotMs(store) <= getSlotComponentDurationMs(store, PROPOSER_REORG_CUTOFF_BPS)
}

function isHeadWeak(store: Store, headRoot: string): boolean {
  const state = justifiedState(store)
  const reorgThreshold = calculateCommitteeFraction(store, state, REORG_HEAD_WEIGHT_THRESHOLD)
  let headWeight = getAttestationScore(store, headRoot, state)
  for (const index of at(store.blockStates, headRoot).committee) {
    if (store.equivocatingIndices.has(index)) headWeight += state[index]?.effectiveBalanceGwei ?? 0n
  }
  return headWeight < reorgThreshold
}

function isParentStrong(store: Store, root: string): boolean {
  const state = justifiedState(store)
  const parentThreshold = calculateCommitteeFraction(store, state, REORG_PARENT_WEIGHT_THRESHOLD)
  return getAttestationScore(store, at(store.blocks, root).parentRoot, state) > parentThreshold
}

function isProposerEquivocation(store: Store, root: string): boolean {
  const { proposerIndex, slot } = at(store.blocks, root)
  const matchingRoots = [...store.blocks.values()].filter((block) => {
    return block.proposerIndex === proposerIndex && block.slot === slot
  })
  return matchingRoots.length > 1
}

export function getProposerHead(store: Store, headRoot: string, slot: number): string {
  const headBlock = at(store.blocks, headRoot)
  const { parentRoot } = headBlock
  const parentBlock = at(store.blocks, parentRoot)
  const headLate = isHeadLate(store, headRoot)
  // Removed in Fulu (EIP-7917).
  const shufflingStable = store.config.isFulu || isShufflingStable(store, slot)
  const ffgCompetitive = isFfgCompetitive(store, headRoot, parentRoot)
  const finalizationOk = isFinalizationOk(store, slot)
  const proposingOnTime = isProposingOnTime(store)
  const parentSlotOk = parentBlock.slot + 1 === headBlock.slot
  const currentTimeOk = headBlock.slot + 1 === slot
  const singleSlotReorg = parentSlotOk && currentTimeOk
  assert(store.proposerBoostRoot !== headRoot, 'the boost has worn off')
  const headWeak = isHeadWeak(store, headRoot)
  const parentStrong = isParentStrong(store, headRoot)
  const proposerEquivocation = isProposerEquivocation(store, headRoot)
  const conditions = [
    headLate,
    shufflingStable,
    ffgCompetitive,
    finalizationOk,
    proposingOnTime,
    singleSlotReorg,
    headWeak,
    parentStrong,
  ]
  if (conditions.every(Boolean)) return parentRoot
  if (headWeak && currentTimeOk && proposerEquivocation) return parentRoot
  return headRoot
}

export function shouldOverrideForkchoiceUpdate(
  store: Store,
  headRoot: string,
  proposingReorgSlot: boolean,
): boolean {
  const headBlock = at(store.blocks, headRoot)
  const { parentRoot } = headBlock
  const parentBlock = at(store.blocks, parentRoot)
  const currentSlot = getCurrentSlot(store)
  const proposalSlot = headBlock.slot + 1
  const headLate = isHeadLate(store, headRoot)
  const shufflingStable = store.config.isFulu || isShufflingStable(store, proposalSlot)
  const ffgCompetitive = isFfgCompetitive(store, headRoot, parentRoot)
  const finalizationOk = isFinalizationOk(store, proposalSlot)
  const parentSlotOk = parentBlock.slot + 1 === headBlock.slot
  const proposingOnTime = isProposingOnTime(store)
  const currentTimeOk = headBlock.slot === currentSlot || (proposalSlot === currentSlot && proposingOnTime)
  const singleSlotReorg = parentSlotOk && currentTimeOk
  const isCounted = currentSlot > headBlock.slot
  const headWeak = isCounted ? isHeadWeak(store, headRoot) : true
  const parentStrong = isCounted ? isParentStrong(store, headRoot) : true
  const conditions = [headLate, shufflingStable, ffgCompetitive, finalizationOk]
  return [...conditions, proposingReorgSlot, singleSlotReorg, headWeak, parentStrong].every(Boolean)
}
