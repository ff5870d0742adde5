export interface Checkpoint {
  readonly epoch: number
  readonly root: string
}

export interface ReferenceBlock {
  readonly slot: number
  readonly parentRoot: string
  readonly proposerIndex: number
  readonly blockHash: string
}

/** What the handlers read of a `BeaconState`. */
export interface ReferenceState {
  readonly currentJustifiedCheckpoint: Checkpoint
  readonly finalizedCheckpoint: Checkpoint
  /** The two checkpoints after `process_justification_and_finalization`. */
  readonly pulledUp: {
    readonly currentJustifiedCheckpoint: Checkpoint
    readonly finalizedCheckpoint: Checkpoint
  }
  /** All committees of the block's slot. */
  readonly committee: readonly number[]
}

export interface ReferenceValidator {
  readonly effectiveBalanceGwei: bigint
  readonly isActive: boolean
  readonly slashed: boolean
}

export interface ReferenceAttestation {
  readonly slot: number
  readonly beaconBlockRoot: string
  readonly target: Checkpoint
  readonly attestingIndices: readonly number[]
}

export interface Config {
  readonly slotsPerEpoch: number
  readonly slotDurationMs: number
  readonly genesisTimeMs: number
  readonly minSeedLookahead: number
  readonly isFulu: boolean
}

export interface Store {
  readonly config: Config
  timeMs: number
  justifiedCheckpoint: Checkpoint
  finalizedCheckpoint: Checkpoint
  unrealizedJustifiedCheckpoint: Checkpoint
  unrealizedFinalizedCheckpoint: Checkpoint
  proposerBoostRoot: string
  readonly equivocatingIndices: Set<number>
  readonly blocks: Map<string, ReferenceBlock>
  readonly blockStates: Map<string, ReferenceState>
  readonly blockTimeliness: Map<string, boolean>
  readonly checkpointState: (checkpoint: Checkpoint) => readonly ReferenceValidator[]
  readonly latestMessages: Map<number, { epoch: number; root: string }>
  readonly unrealizedJustifications: Map<string, Checkpoint>
  /** `opt_store.optimistic_roots`. */
  readonly optimisticRoots: Set<string>
}

export const EMPTY_ROOT = `0x${'00'.repeat(32)}`
export const GENESIS_EPOCH = 0
const BASIS_POINTS = 10_000

/** A failed `assert` of the specification. */
export class SpecificationAssertion extends Error {}

export function assert(condition: boolean, text: string): asserts condition {
  if (!condition) throw new SpecificationAssertion(text)
}

/** `mapping[key]`, which raises KeyError. */
export function at<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value === undefined) throw new SpecificationAssertion(`KeyError: ${String(key)}`)
  return value
}

export function computeEpochAtSlot(store: Store, slot: number): number {
  return Math.floor(slot / store.config.slotsPerEpoch)
}

export function computeStartSlotAtEpoch(store: Store, epoch: number): number {
  return epoch * store.config.slotsPerEpoch
}

export function saturatingSub(a: number, b: number): number {
  return a > b ? a - b : 0
}

export function getForkchoiceStore(
  config: Config,
  anchor: { root: string; block: ReferenceBlock; state: ReferenceState; stateSlot: number },
  checkpointState: Store['checkpointState'],
): Store {
  const epoch = Math.floor(anchor.stateSlot / config.slotsPerEpoch)
  const checkpoint = { epoch, root: anchor.root }
  return {
    config,
    timeMs: config.genesisTimeMs + anchor.stateSlot * config.slotDurationMs,
    justifiedCheckpoint: checkpoint,
    finalizedCheckpoint: checkpoint,
    unrealizedJustifiedCheckpoint: checkpoint,
    unrealizedFinalizedCheckpoint: checkpoint,
    proposerBoostRoot: EMPTY_ROOT,
    equivocatingIndices: new Set(),
    blocks: new Map([[anchor.root, anchor.block]]),
    blockStates: new Map([[anchor.root, anchor.state]]),
    blockTimeliness: new Map(),
    checkpointState,
    latestMessages: new Map(),
    unrealizedJustifications: new Map([[anchor.root, checkpoint]]),
    optimisticRoots: new Set(),
  }
}

export function computeTimeAtSlotMs(store: Store, slot: number): number {
  return store.config.genesisTimeMs + slot * store.config.slotDurationMs
}

export function getCurrentSlot(store: Store): number {
  return Math.floor((store.timeMs - store.config.genesisTimeMs) / store.config.slotDurationMs)
}

export function getTimeIntoSlotMs(store: Store): number {
  return store.timeMs - computeTimeAtSlotMs(store, getCurrentSlot(store))
}

export function getCurrentStoreEpoch(store: Store): number {
  return computeEpochAtSlot(store, getCurrentSlot(store))
}

export function computeSlotsSinceEpochStart(store: Store, slot: number): number {
  return slot - computeStartSlotAtEpoch(store, computeEpochAtSlot(store, slot))
}

export function getSlotComponentDurationMs(store: Store, basisPoints: number): number {
  return Math.floor((basisPoints * store.config.slotDurationMs) / BASIS_POINTS)
}

export function getAncestor(store: Store, root: string, slot: number): string {
  const block = at(store.blocks, root)
  if (block.slot > slot) return getAncestor(store, block.parentRoot, slot)
  return root
}

export function isAncestor(store: Store, root: string, ancestor: string): boolean {
  return getAncestor(store, root, at(store.blocks, ancestor).slot) === ancestor
}

export function getCheckpointBlock(store: Store, root: string, epoch: number): string {
  return getAncestor(store, root, computeStartSlotAtEpoch(store, epoch))
}
