import type { ExecutionPayload } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'

/** PayloadStatusV1 of the Engine API. */
export interface PayloadStatus {
  readonly status: 'VALID' | 'INVALID' | 'SYNCING' | 'ACCEPTED'
  readonly latestValidHash: Root | null
  readonly validationError: string | null
}

/** ForkchoiceStateV1 of the Engine API; a zero hash is a block not known yet. */
export interface ForkchoiceState {
  readonly headBlockHash: Root
  readonly safeBlockHash: Root
  readonly finalizedBlockHash: Root
}

/** PayloadAttributesV3 of the Engine API. */
export interface PayloadAttributes {
  /** Unix time, seconds. */
  readonly timestamp: number
  readonly prevRandao: Uint8Array
  readonly suggestedFeeRecipient: Uint8Array
  readonly withdrawals: readonly {
    readonly index: number
    readonly validatorIndex: number
    readonly address: Uint8Array
    readonly amount: bigint
  }[]
  readonly parentBeaconBlockRoot: Uint8Array
}

/** What `engine_getPayload` answers, in the consensus layer's types. */
export interface BuiltPayload {
  readonly executionPayload: ExecutionPayload<Fork>
  readonly blockValueWei: bigint
  /** Blobs, commitments and proofs (deneb `BlobsBundle`, from Fulu on with cell proofs). */
  readonly blobsBundle: {
    readonly commitments: Uint8Array[]
    readonly proofs: Uint8Array[]
    readonly blobs: Uint8Array[]
  }
  /** Type byte and data of each kind that is not empty (EIP-7685); none before Electra. */
  readonly executionRequests: readonly Uint8Array[]
}

/**
 * A beacon node's execution client, in the words of the consensus specification (bellatrix/beacon-chain.md,
 * `ExecutionEngine`; bellatrix/fork-choice.md and validator.md).
 */
export interface ExecutionEngine {
  /** `verify_and_notify_new_payload`. @throws {EngineUnavailableError} when there is no answer */
  notifyNewPayload(block: SignedBlock): Promise<PayloadStatus>
  /** `notify_forkchoice_updated`. @throws {EngineUnavailableError} when there is no answer */
  notifyForkchoiceUpdated(
    state: ForkchoiceState,
    attributes?: PayloadAttributes,
  ): Promise<{ readonly payloadStatus: PayloadStatus; readonly payloadId: string | null }>
  /** `get_payload`. @throws {EngineUnavailableError} when there is no answer, or no such payload */
  getPayload(payloadId: string, fork: Fork): Promise<BuiltPayload>
}
