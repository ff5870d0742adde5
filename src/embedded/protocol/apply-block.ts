import type { BeaconConfig } from '@lodestar/config'
import {
  DataAvailabilityStatus,
  ExecutionPayloadStatus,
  getAttesterSlashableIndices,
  getBlockSignatureSets,
  type ISignatureSet,
  stateTransition,
} from '@lodestar/state-transition'
import type { BeaconBlock, SignedBeaconBlock } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { BeaconState } from './beacon-state.ts'
import type { Fork } from './signed-block.ts'
import type { BlockAttestation } from './transition.ts'

const NO_SIGNATURE = new Uint8Array(96)

/**
 * `process_block` on a state that has been advanced to the block's slot, without signatures and state root.
 * @throws Error for whatever the specification asserts.
 */
export function applyBlock(message: BeaconBlock<Fork>, preState: BeaconState): BeaconState {
  return stateTransition(
    preState,
    { message, signature: NO_SIGNATURE },
    {
      verifySignatures: false,
      verifyProposer: false,
      verifyStateRoot: false,
      dontTransferCache: true,
      // The execution client's verdict and the blobs are the business of the node that imports the block.
      executionPayloadStatus: ExecutionPayloadStatus.valid,
      dataAvailabilityStatus: DataAvailabilityStatus.Available,
    },
  )
}

/** What a block says to fork choice, and its signatures. */
export interface BlockContents {
  readonly attestations: readonly BlockAttestation[]
  readonly attesterSlashingIndices: readonly (readonly number[])[]
  /** All but those of deposits, which may be wrong by right. */
  readonly signatureSets: readonly ISignatureSet[]
}

/**
 * To be asked after `applyBlock` only, which finds out whether committees and bits fit together.
 * @throws Error when a signature set cannot be made, such as for a sync aggregate of nobody that is signed.
 */
export function blockContents(
  config: BeaconConfig,
  block: SignedBeaconBlock<Fork>,
  postState: BeaconState,
): BlockContents {
  const { slot, body } = block.message
  const { epochCtx } = postState
  const fork = config.getForkSeq(slot)
  const indexed = body.attestations.map((attestation) => epochCtx.getIndexedAttestation(fork, attestation))
  return {
    attestations: indexed.map(({ data, attestingIndices }) => ({
      slot: data.slot,
      blockRoot: toRootHex(data.beaconBlockRoot),
      target: { epoch: data.target.epoch, root: toRootHex(data.target.root) },
      attestingIndices,
      isFromBlock: true,
    })),
    attesterSlashingIndices: body.attesterSlashings.map(getAttesterSlashableIndices),
    signatureSets: getBlockSignatureSets(config, epochCtx.currentSyncCommitteeIndexed, block, indexed),
  }
}
