/** A 32-byte root or hash: `0x` and 64 lower-case hexadecimal digits, so that string order is byte order. */
export type Root = string

/** `Root()` of the specification: stands for "none". */
export const ZERO_ROOT: Root = `0x${'00'.repeat(32)}`

/** `Checkpoint` (phase0/beacon-chain.md). */
export interface Checkpoint {
  readonly epoch: number
  readonly root: Root
}

/**
 * What the execution client said of a block's payload, in the words of bellatrix/optimistic-sync.md:
 * `VALID`, `NOT_VALIDATED` (here `optimistic`, the Beacon API's word) and `INVALIDATED`.
 */
export type ExecutionStatus = 'valid' | 'optimistic' | 'invalid'

/** The part of a block and its post-state that fork choice needs. Plain data, shared between nodes. */
export interface BlockSummary {
  readonly slot: number
  readonly root: Root
  readonly parentRoot: Root
  readonly proposerIndex: number
  readonly executionBlockHash: Root
  /** Status at import. A block whose payload is known to be invalid is never imported. */
  readonly executionStatus: Exclude<ExecutionStatus, 'invalid'>
  /** `store.block_timeliness`: it came in its own slot, before the attestation deadline. */
  readonly isTimely: boolean
  /** `current_justified_checkpoint` of the post-state. */
  readonly justifiedCheckpoint: Checkpoint
  /** `finalized_checkpoint` of the post-state. */
  readonly finalizedCheckpoint: Checkpoint
  /** `current_justified_checkpoint` of the post-state after `process_justification_and_finalization`. */
  readonly unrealizedJustifiedCheckpoint: Checkpoint
  /** `finalized_checkpoint` of the post-state after `process_justification_and_finalization`. */
  readonly unrealizedFinalizedCheckpoint: Checkpoint
}

/** A block of the tree. A live, read-only view: `executionStatus` follows what is reported later. */
export interface KnownBlock extends Omit<BlockSummary, 'executionStatus'> {
  readonly executionStatus: ExecutionStatus
}

/** The trusted block that the tree starts from: genesis, or the block of a weak-subjectivity checkpoint. */
export interface AnchorSummary
  extends Pick<
    BlockSummary,
    'slot' | 'root' | 'parentRoot' | 'proposerIndex' | 'justifiedCheckpoint' | 'finalizedCheckpoint'
  > {
  /** Slot of the anchor state. It is later than the block's where the first slots of the epoch were empty. */
  readonly stateSlot: number
  /** For genesis the hash in the state, although the block's own body is empty: payloads build upon it. */
  readonly executionBlockHash: Root
}

/** An attestation whose signature and attesters have been checked against the state at its target. */
export interface AttestationSummary {
  readonly slot: number
  /** `data.beacon_block_root`. */
  readonly blockRoot: Root
  readonly target: Checkpoint
  /** `attesting_indices` of the indexed attestation. Must not be changed afterwards. */
  readonly attestingIndices: ArrayLike<number>
  /** `is_from_block`: it came inside a block, not by gossip. */
  readonly isFromBlock: boolean
}

/** Balances of the state at a justified checkpoint. Neither array may be changed afterwards. */
export interface JustifiedBalances {
  /**
   * By validator index, in units of EFFECTIVE_BALANCE_INCREMENT (1 ETH): the effective balance of a validator
   * that is active in the state's epoch and not slashed, otherwise 0.
   */
  readonly votingIncrements: Uint16Array
  /** The same of every validator, also when it is slashed or not active. */
  readonly effectiveIncrements: Uint16Array
}

/** The questions about states that fork choice asks its owner. */
export interface StateSource {
  /** Balances of `store.checkpoint_states[checkpoint]`; asked once each time the justified checkpoint moves. */
  justifiedBalances(checkpoint: Checkpoint): JustifiedBalances
  /** Validators of all committees of the block's own slot, by the block's post-state. */
  committeeMembers(blockRoot: Root): Iterable<number>
}
