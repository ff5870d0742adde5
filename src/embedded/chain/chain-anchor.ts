import { type BeaconBlock, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { SlotTime } from '../clock/slot-time.ts'
import type { AnchorSummary, Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import { type Protocol, toCheckpoint } from '../protocol/protocol.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'

const GENESIS_SLOT = 0

/** The trusted block that a node starts from: genesis, or the one that it has finalized last. */
export interface ChainAnchor {
  /** Of genesis, the block that the specification makes of its state, with a signature of zeroes. */
  readonly block: SignedBlock
  /** Post-state of the block. */
  readonly state: BeaconState
  /**
   * Epoch of the checkpoint, where it is later than the state's: the first slots of the epoch were empty.
   * @default the state's
   */
  readonly epoch?: number
}

/** `/eth/v1/beacon/genesis` and the roots that go with it. */
export interface ChainGenesis {
  readonly timeMs: number
  readonly validatorsRoot: Root
  /** Root of the genesis block. */
  readonly root: Root
  readonly stateRoot: Root
  /** 4 bytes. */
  readonly forkVersion: Uint8Array
}

/** The anchor of a new chain. @param state of slot 0 */
export function genesisAnchor(protocol: Protocol, state: BeaconState): ChainAnchor {
  const fork = protocol.config.getForkName(GENESIS_SLOT) as Fork
  const message: BeaconBlock<Fork> = ssz[fork].BeaconBlock.defaultValue()
  message.stateRoot = state.hashTreeRoot()
  return { block: protocol.signedBlock({ message, signature: new Uint8Array(96) }), state }
}

/** What fork choice wants to know of the anchor. */
export function anchorSummary(
  { block, state, epoch = 0 }: ChainAnchor,
  slotsPerEpoch: number,
): AnchorSummary {
  return {
    slot: block.slot,
    root: block.root,
    parentRoot: block.parentRoot,
    proposerIndex: block.proposerIndex,
    stateSlot: Math.max(state.slot, epoch * slotsPerEpoch),
    // The genesis block has no payload, but what the next one's builds upon is in the state.
    executionBlockHash: executionHashIn(state),
    justifiedCheckpoint: toCheckpoint(state.currentJustifiedCheckpoint),
    finalizedCheckpoint: toCheckpoint(state.finalizedCheckpoint),
  }
}

/** Genesis as seen from any anchor; its roots only where the anchor is genesis, or where they are given. */
export function genesisOf({
  protocol,
  time,
  anchor: { block },
  genesis,
}: {
  readonly protocol: Protocol
  readonly time: SlotTime
  readonly anchor: ChainAnchor
  readonly genesis?: Pick<ChainGenesis, 'root' | 'stateRoot'> | undefined
}): ChainGenesis {
  const { config } = protocol
  return {
    timeMs: time.genesisTimeMs,
    validatorsRoot: toRootHex(config.genesisValidatorsRoot),
    root: genesis?.root ?? block.root,
    stateRoot: genesis?.stateRoot ?? toRootHex(block.value.message.stateRoot),
    forkVersion: config.getForkVersion(GENESIS_SLOT),
  }
}

/** Hash of the last payload that a state has seen. */
export function executionHashIn(state: BeaconState): Root {
  if (!('latestExecutionPayloadHeader' in state)) throw new TypeError('A state from before the merge.')
  return toRootHex(state.latestExecutionPayloadHeader.blockHash)
}
