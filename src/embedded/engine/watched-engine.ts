import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import { EngineUnavailableError } from './errors.ts'
import type {
  BuiltPayload,
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from './execution-engine.ts'

/** An execution client, and whether it is there: whichever way it is reached, its last answer tells. */
export class WatchedEngine implements ExecutionEngine {
  readonly #engine: ExecutionEngine
  #isOffline = false

  constructor(engine: ExecutionEngine) {
    this.#engine = engine
  }

  /** Whether the last request got no answer. An error in the client's own words is one. */
  get isOffline(): boolean {
    return this.#isOffline
  }

  notifyNewPayload(block: SignedBlock): Promise<PayloadStatus> {
    return this.#watch(this.#engine.notifyNewPayload(block))
  }

  notifyForkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes) {
    return this.#watch(this.#engine.notifyForkchoiceUpdated(state, attributes))
  }

  getPayload(payloadId: string, fork: Fork): Promise<BuiltPayload> {
    return this.#watch(this.#engine.getPayload(payloadId, fork))
  }

  async #watch<Answer>(asked: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await asked
      this.#isOffline = false
      return answer
    } catch (error) {
      this.#isOffline = !(error instanceof EngineUnavailableError && error.reason === 'refused')
      throw error
    }
  }
}
