import type { Hex } from '../../plan/manifest.ts'
import { hexToBytes } from '../execution/bytes.ts'
import { InvalidBlockError } from '../execution/chain/block-errors.ts'
import type { BuiltBlock } from '../execution/chain/build-block.ts'
import { EngineError } from '../execution/engine/engine-errors.ts'
import { payloadFromBlock } from '../execution/engine/payload-block.ts'
import { blobsBundle } from '../execution/engine/payload-json.ts'
import { invalid } from '../execution/engine/payload-status.ts'
import type { ExecutionNode } from '../execution/execution-node.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { EngineUnavailableError } from './errors.ts'
import type {
  BuiltPayload,
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from './execution-engine.ts'
import type { SharedPayloads } from './shared-payloads.ts'

/** The execution client of the same process: the Engine API without its JSON. */
export class InProcessEngine implements ExecutionEngine {
  readonly #node: ExecutionNode
  readonly #payloads: SharedPayloads

  constructor(parameters: { node: ExecutionNode; payloads: SharedPayloads }) {
    this.#node = parameters.node
    this.#payloads = parameters.payloads
  }

  notifyNewPayload(block: SignedBlock): Promise<PayloadStatus> {
    return answered('engine_newPayload', async () => {
      try {
        return await this.#node.importBlock(this.#payloads.executionBlock(block))
      } catch (error) {
        if (error instanceof InvalidBlockError) return invalid(error.message, null)
        throw error
      }
    })
  }

  notifyForkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes) {
    return answered('engine_forkchoiceUpdated', async () => {
      const hashes = {
        headBlockHash: asHash(state.headBlockHash),
        safeBlockHash: asHash(state.safeBlockHash),
        finalizedBlockHash: asHash(state.finalizedBlockHash),
      }
      if (attributes === undefined) return this.#node.forkchoiceUpdated(hashes)
      const { suggestedFeeRecipient: feeRecipient, ...rest } = attributes
      return this.#node.forkchoiceUpdated(hashes, { ...rest, feeRecipient })
    })
  }

  getPayload(payloadId: string): Promise<BuiltPayload> {
    return answered('engine_getPayload', async () =>
      builtPayload(await this.#node.getPayload(asHash(payloadId))),
    )
  }
}

function builtPayload(built: BuiltBlock): BuiltPayload {
  const { commitments, proofs, blobs } = blobsBundle(built)
  const { record } = built.executed
  return {
    executionPayload: payloadFromBlock(record.block),
    blockValueWei: built.valueWei,
    blobsBundle: {
      commitments: commitments.map(hexToBytes),
      proofs: proofs.map(hexToBytes),
      blobs: blobs.map(hexToBytes),
    },
    executionRequests: record.requests,
  }
}

/** A Root is such a string always. */
function asHash(root: string): Hex {
  return root as Hex
}

async function answered<Answer>(method: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    throw new EngineUnavailableError(method, error, error instanceof EngineError ? 'refused' : 'failed')
  }
}
