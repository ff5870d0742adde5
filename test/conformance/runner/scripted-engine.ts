import type { ExecutionEngine, PayloadStatus } from '../../../src/embedded/engine/execution-engine.ts'
import type { Root } from '../../../src/embedded/fork-choice/types.ts'
import type { SignedBlock } from '../../../src/embedded/protocol/signed-block.ts'
import { ConformanceError } from './conformance-error.ts'
import type { PayloadStatusStep } from './steps.ts'

/**
 * The execution client of a vector: it says what the vector's `payload_status` steps told it to. Payloads that
 * none speaks of are valid, as in the executable specification, whose engine does nothing.
 */
export class ScriptedEngine implements ExecutionEngine {
  readonly #statuses = new Map<Root, PayloadStatus>()

  setStatus(blockHash: Root, { status, latest_valid_hash, validation_error }: PayloadStatusStep): void {
    this.#statuses.set(blockHash, {
      status: status === 'INVALID_BLOCK_HASH' ? 'INVALID' : status,
      latestValidHash: latest_valid_hash,
      validationError: validation_error,
    })
  }

  async notifyNewPayload({ executionBlockHash }: SignedBlock): Promise<PayloadStatus> {
    return this.#statusOf(executionBlockHash)
  }

  async notifyForkchoiceUpdated({ headBlockHash }: { headBlockHash: Root }) {
    return { payloadStatus: this.#statusOf(headBlockHash), payloadId: null }
  }

  async getPayload(): Promise<never> {
    throw new ConformanceError('A vector has no block to build.')
  }

  #statusOf(blockHash: Root): PayloadStatus {
    return (
      this.#statuses.get(blockHash) ?? { status: 'VALID', latestValidHash: blockHash, validationError: null }
    )
  }
}
