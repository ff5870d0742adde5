import { getHead } from './head.ts'
import {
  assert,
  at,
  type Checkpoint,
  computeEpochAtSlot,
  computeSlotsSinceEpochStart,
  computeStartSlotAtEpoch,
  computeTimeAtSlotMs,
  EMPTY_ROOT,
  getAncestor,
  getCheckpointBlock,
  getCurrentSlot,
  getCurrentStoreEpoch,
  getSlotComponentDurationMs,
  getTimeIntoSlotMs,
  isAncestor,
  type ReferenceAttestation,
  type ReferenceBlock,
  type ReferenceState,
  type Store,
  saturatingSub,
} from './store.ts'

const ATTESTATION_DUE_BPS = 3333

function updateCheckpoints(store: Store, justified: Checkpoint, finalized: Checkpoint): void {
  if (justified.epoch > store.justifiedCheckpoint.epoch) store.justifiedCheckpoint = justified
  if (finalized.epoch > store.finalizedCheckpoint.epoch) store.finalizedCheckpoint = finalized
}

function updateUnrealizedCheckpoints(store: Store, justified: Checkpoint, finalized: Checkpoint): void {
  if (justified.epoch > store.unrealizedJustifiedCheckpoint.epoch) {
    store.unrealizedJustifiedCheckpoint = justified
  }
  if (finalized.epoch > store.unrealizedFinalizedCheckpoint.epoch) {
    store.unrealizedFinalizedCheckpoint = finalized
  }
}

function computePulledUpTip(store: Store, blockRoot: string): void {
  const { pulledUp } = at(store.blockStates, blockRoot)
  store.unrealizedJustifications.set(blockRoot, pulledUp.currentJustifiedCheckpoint)
  updateUnrealizedCheckpoints(store, pulledUp.currentJustifiedCheckpoint, pulledUp.finalizedCheckpoint)
  const blockEpoch = computeEpochAtSlot(store, at(store.blocks, blockRoot).slot)
  if (blockEpoch < getCurrentStoreEpoch(store)) {
    updateCheckpoints(store, pulledUp.currentJustifiedCheckpoint, pulledUp.finalizedCheckpoint)
  }
}

function onTickPerSlot(store: Store, timeMs: number): void {
  const previousSlot = getCurrentSlot(store)
  store.timeMs = timeMs
  const currentSlot = getCurrentSlot(store)
  if (currentSlot > previousSlot) store.proposerBoostRoot = EMPTY_ROOT
  if (currentSlot > previousSlot && computeSlotsSinceEpochStart(store, currentSlot) === 0) {
    updateCheckpoints(store, store.unrealizedJustifiedCheckpoint, store.unrealizedFinalizedCheckpoint)
  }
}

/** @param onEachSlot run at the start of each slot on the way: what waits for a slot is delivered then */
export function onTick(store: Store, timeMs: number, onEachSlot: () => void): void {
  const tickSlot = Math.floor((timeMs - store.config.genesisTimeMs) / store.config.slotDurationMs)
  while (getCurrentSlot(store) < tickSlot) {
    onTickPerSlot(store, computeTimeAtSlotMs(store, getCurrentSlot(store) + 1))
    onEachSlot()
  }
  onTickPerSlot(store, timeMs)
}

function recordBlockTimeliness(store: Store, root: string): void {
  const isBeforeAttestingInterval =
    getTimeIntoSlotMs(store) < getSlotComponentDurationMs(store, ATTESTATION_DUE_BPS)
  const isTimely = getCurrentSlot(store) === at(store.blocks, root).slot && isBeforeAttestingInterval
  store.blockTimeliness.set(root, isTimely)
}

function getShufflingDependentRoot(store: Store, root: string, epoch: number): string {
  const lookaheadEpoch = saturatingSub(epoch, store.config.minSeedLookahead)
  const dependentSlot = saturatingSub(computeStartSlotAtEpoch(store, lookaheadEpoch), 1)
  return getAncestor(store, root, dependentSlot)
}

function updateProposerBoostRoot(store: Store, head: string, root: string): void {
  const isFirstBlock = store.proposerBoostRoot === EMPTY_ROOT
  const isTimely = at(store.blockTimeliness, root)
  const epoch = getCurrentStoreEpoch(store)
  const headDependentRoot = getShufflingDependentRoot(store, head, epoch)
  const blockDependentRoot = getShufflingDependentRoot(store, root, epoch)
  if (isTimely && isFirstBlock && headDependentRoot === blockDependentRoot) store.proposerBoostRoot = root
}

export function onBlock(store: Store, blockRoot: string, block: ReferenceBlock, state: ReferenceState): void {
  if (store.blocks.has(blockRoot)) return
  assert(store.blockStates.has(block.parentRoot), 'the parent is known')
  assert(getCurrentSlot(store) >= block.slot, 'the block is not in the future')
  const finalizedSlot = computeStartSlotAtEpoch(store, store.finalizedCheckpoint.epoch)
  assert(block.slot > finalizedSlot, 'the block is later than the finalized epoch slot')
  const checkpointBlock = getCheckpointBlock(store, block.parentRoot, store.finalizedCheckpoint.epoch)
  assert(store.finalizedCheckpoint.root === checkpointBlock, 'the block descends from the finalized block')
  // `state_transition` refuses a block that is not later than its parent.
  assert(block.slot > at(store.blocks, block.parentRoot).slot, 'the block is later than its parent')
  const head = getHead(store)
  store.blocks.set(blockRoot, block)
  store.blockStates.set(blockRoot, state)
  recordBlockTimeliness(store, blockRoot)
  updateProposerBoostRoot(store, head, blockRoot)
  updateCheckpoints(store, state.currentJustifiedCheckpoint, state.finalizedCheckpoint)
  computePulledUpTip(store, blockRoot)
}

function validateOnAttestation(store: Store, attestation: ReferenceAttestation, isFromBlock: boolean): void {
  const { target, slot, beaconBlockRoot } = attestation
  if (!isFromBlock) {
    const currentEpoch = getCurrentStoreEpoch(store)
    const previousEpoch = saturatingSub(currentEpoch, 1)
    assert([currentEpoch, previousEpoch].includes(target.epoch), 'the target epoch is current or previous')
  }
  assert(target.epoch === computeEpochAtSlot(store, slot), 'the target epoch matches the slot')
  assert(store.blocks.has(target.root), 'the target is known')
  assert(store.blocks.has(beaconBlockRoot), 'the block is known')
  assert(at(store.blocks, beaconBlockRoot).slot <= slot, 'the block is not later than the attestation')
  const checkpointBlock = getCheckpointBlock(store, beaconBlockRoot, target.epoch)
  assert(target.root === checkpointBlock, 'the LMD vote is consistent with the FFG target')
  assert(getCurrentSlot(store) >= slot + 1, 'the slot of the attestation is over')
}

export function onAttestation(store: Store, attestation: ReferenceAttestation, isFromBlock: boolean): void {
  validateOnAttestation(store, attestation, isFromBlock)
  const { target, beaconBlockRoot } = attestation
  for (const index of attestation.attestingIndices) {
    if (store.equivocatingIndices.has(index)) continue
    const message = store.latestMessages.get(index)
    if (message === undefined || target.epoch > message.epoch) {
      store.latestMessages.set(index, { epoch: target.epoch, root: beaconBlockRoot })
    }
  }
}

export function onAttesterSlashing(store: Store, indices: readonly number[]): void {
  for (const index of indices) store.equivocatingIndices.add(index)
}

/** `NOT_VALIDATED` to `VALID`, with all ancestors (bellatrix/optimistic-sync.md). */
export function onValidPayload(store: Store, root: string): void {
  store.optimisticRoots.delete(root)
  const parentRoot = store.blocks.get(root)?.parentRoot
  if (parentRoot !== undefined && store.blocks.has(parentRoot)) onValidPayload(store, parentRoot)
}

/** The blocks that an `INVALID` status with `latestValidHash` speaks of: `invalidBlock` and its descendants. */
export function blocksToInvalidate(store: Store, root: string, latestValidHash: string | null): string[] {
  let invalidBlock = root
  let child = root
  for (
    let parent = at(store.blocks, root).parentRoot;
    store.blocks.has(parent);
    parent = at(store.blocks, parent).parentRoot
  ) {
    if (at(store.blocks, parent).blockHash === latestValidHash) invalidBlock = child
    child = parent
  }
  return [...store.blocks.keys()].filter((member) => isAncestor(store, member, invalidBlock))
}

/** `NOT_VALIDATED` to `INVALIDATED`: "Consensus engines MUST support removing blocks from fork choice". */
export function removeInvalidated(store: Store, roots: readonly string[]): void {
  for (const root of roots) {
    store.blocks.delete(root)
    store.blockStates.delete(root)
    store.optimisticRoots.delete(root)
  }
}
