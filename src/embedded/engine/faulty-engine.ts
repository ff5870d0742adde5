import type { Clock } from '../clock/clock.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import type { EngineFault, EngineFaults, EngineMethod } from './engine-fault.ts'
import { EngineUnavailableError } from './errors.ts'
import type {
  BuiltPayload,
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from './execution-engine.ts'

/** An execution client that does not always answer as it should. Without a fault in force it does. */
export class FaultyEngine implements ExecutionEngine {
  readonly #engine: ExecutionEngine
  readonly #faults: EngineFaults
  readonly #clock: Clock
  readonly #patienceMs: number

  /**
   * @param parameters - `patienceMs`: how long is waited for an answer that does not come; 0 in virtual time,
   *   which stands still while a node waits for its engine, so that the silence is noticed at once
   */
  constructor(parameters: {
    engine: ExecutionEngine
    faults: EngineFaults
    clock: Clock
    patienceMs: number
  }) {
    this.#engine = parameters.engine
    this.#faults = parameters.faults
    this.#clock = parameters.clock
    this.#patienceMs = parameters.patienceMs
  }

  notifyNewPayload(block: SignedBlock): Promise<PayloadStatus> {
    return this.#answer('newPayload', () => this.#engine.notifyNewPayload(block), statusOf)
  }

  notifyForkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes) {
    return this.#answer(
      'forkchoiceUpdated',
      () => this.#engine.notifyForkchoiceUpdated(state, attributes),
      (fault) => ({ payloadStatus: statusOf(fault), payloadId: null }),
    )
  }

  getPayload(payloadId: string, fork: Fork): Promise<BuiltPayload> {
    return this.#answer('getPayload', () => this.#engine.getPayload(payloadId, fork))
  }

  async #answer<Answer>(
    method: EngineMethod,
    ask: () => Promise<Answer>,
    lie?: (fault: EngineFault) => Answer,
  ): Promise<Answer> {
    const fault = this.#faults.find(method)?.fault
    if (fault === undefined) return ask()
    if (fault.kind === 'silent') return this.#silence(method)
    if (fault.kind !== 'slow') return lie === undefined ? ask() : lie(fault)
    if (fault.delayMs > this.#patienceMs) return this.#silence(method)
    const answer = await ask()
    await this.#sleep(fault.delayMs)
    return answer
  }

  async #silence(method: EngineMethod): Promise<never> {
    if (this.#patienceMs > 0) await this.#sleep(this.#patienceMs)
    throw new EngineUnavailableError(`engine_${method}`, 'no answer in time', 'timeout')
  }

  #sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.at(this.#clock.nowMs + durationMs, () => resolve())
    })
  }
}

function statusOf({ kind }: EngineFault): PayloadStatus {
  if (kind === 'syncing') return { status: 'SYNCING', latestValidHash: null, validationError: null }
  return { status: 'INVALID', latestValidHash: null, validationError: 'made invalid by a fault' }
}
