import { CELLS_PER_EXT_BLOB, ForkName } from '@lodestar/params'
import { forkNames, type ForkName as PlannedFork } from '../../plan/manifest.ts'
import { bytesToHex, quantity } from '../execution/bytes.ts'
import { payloadJson, withdrawalsJson } from '../execution/engine/payload-json.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import { EngineMethodsError } from './errors.ts'
import type {
  BuiltPayload,
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from './execution-engine.ts'
import {
  builtPayloadSchema,
  capabilitiesSchema,
  forkchoiceAnswerSchema,
  payloadStatusSchema,
} from './http/engine-answers.ts'
import { EngineConnection, type EngineConnectionOptions } from './http/engine-connection.ts'
import { encodeExecutionRequests, versionedHash } from './shared-payloads.ts'

/** Each fork's methods (execution-apis `src/engine/{cancun,prague,osaka}.md`). */
const methodsOf: Record<Fork, { readonly newPayload: string; readonly getPayload: string }> = {
  [ForkName.deneb]: { newPayload: 'engine_newPayloadV3', getPayload: 'engine_getPayloadV3' },
  [ForkName.electra]: { newPayload: 'engine_newPayloadV4', getPayload: 'engine_getPayloadV4' },
  [ForkName.fulu]: { newPayload: 'engine_newPayloadV4', getPayload: 'engine_getPayloadV5' },
}
const forkchoiceMethod = 'engine_forkchoiceUpdatedV3'

const builtWithBlobProofs = builtPayloadSchema(1)
const builtWithCellProofs = builtPayloadSchema(CELLS_PER_EXT_BLOB)

/**
 * The execution client of another process: the Engine API over HTTP. A request that gets no answer is not
 * made again here; the chain asks again when it needs to know.
 */
export class HttpEngine implements ExecutionEngine {
  readonly #connection: EngineConnection

  constructor(options: EngineConnectionOptions) {
    this.#connection = new EngineConnection(options)
  }

  /** Where the execution client serves its Engine API. */
  get url(): string {
    return this.#connection.url
  }

  notifyNewPayload({ fork, value: { message } }: SignedBlock): Promise<PayloadStatus> {
    const { body, parentRoot } = message
    const parameters = [
      payloadJson(body.executionPayload),
      body.blobKzgCommitments.map((commitment) => bytesToHex(versionedHash(commitment))),
      bytesToHex(parentRoot),
      ...('executionRequests' in body
        ? [encodeExecutionRequests(body.executionRequests).map(bytesToHex)]
        : []),
    ]
    return this.#connection.call(methodsOf[fork].newPayload, parameters, payloadStatusSchema)
  }

  notifyForkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes) {
    const parameters = [state, attributes === undefined ? null : attributesJson(attributes)]
    return this.#connection.call(forkchoiceMethod, parameters, forkchoiceAnswerSchema)
  }

  getPayload(payloadId: string, fork: Fork): Promise<BuiltPayload> {
    const schema = fork === ForkName.fulu ? builtWithCellProofs : builtWithBlobProofs
    return this.#connection.call(methodsOf[fork].getPayload, [payloadId], schema)
  }

  /**
   * Tells the execution client which methods are used on these forks (engine_exchangeCapabilities).
   * @throws EngineMethodsError naming those that it does not have
   * @throws EngineUnavailableError
   */
  async requireMethods(forks: readonly PlannedFork[] = forkNames): Promise<void> {
    const used = forks.flatMap((fork) => Object.values(methodsOf[fork]))
    const ours = [...new Set([...used, forkchoiceMethod])]
    const theirs = await this.#connection.call('engine_exchangeCapabilities', [ours], capabilitiesSchema)
    const missing = ours.filter((method) => !theirs.includes(method))
    if (missing.length > 0) throw new EngineMethodsError(this.url, missing)
  }
}

/** PayloadAttributesV3. */
function attributesJson(attributes: PayloadAttributes) {
  return {
    timestamp: quantity(attributes.timestamp),
    prevRandao: bytesToHex(attributes.prevRandao),
    suggestedFeeRecipient: bytesToHex(attributes.suggestedFeeRecipient),
    withdrawals: withdrawalsJson(attributes.withdrawals),
    parentBeaconBlockRoot: bytesToHex(attributes.parentBeaconBlockRoot),
  }
}
