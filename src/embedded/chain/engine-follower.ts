import type {
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from '../engine/execution-engine.ts'
import type { Root } from '../fork-choice/types.ts'

/** What the execution client is to be told: a head, and where it is in the beacon chain. */
export interface ForkchoiceNotice {
  /** The beacon block whose payload is the head. */
  readonly headRoot: Root
  readonly state: ForkchoiceState
}

export interface ForkchoiceAnswer {
  readonly payloadStatus: PayloadStatus
  /** Of the payload that was asked for by attributes. */
  readonly payloadId: string | null
}

/**
 * Keeps the execution client at the beacon chain's head: `notify_forkchoice_updated`, one call at a time, in
 * order, and never twice with the same content while the client is there. A head that is passed by while a call
 * is under way is left out.
 */
export class EngineFollower {
  readonly #engine: ExecutionEngine
  readonly #onStatus: (headRoot: Root, status: PayloadStatus) => void
  #tail: Promise<unknown> = Promise.resolve()
  #waiting: { notice: ForkchoiceNotice } | undefined
  /** What the client was told last; nothing once it did not answer `VALID`, and `retry` was called. */
  #told: ForkchoiceState | undefined
  #isSure = true
  #failures = 0

  constructor(engine: ExecutionEngine, onStatus: (headRoot: Root, status: PayloadStatus) => void) {
    this.#engine = engine
    this.#onStatus = onStatus
  }

  /** Calls that got no answer. */
  get failures(): number {
    return this.#failures
  }

  /** Resolves when all calls so far have ended. Never rejects. */
  settled(): Promise<unknown> {
    return this.#tail
  }

  /** Lets the client be told the same again, if it did not answer, or not `VALID`. */
  retry(): void {
    if (!this.#isSure) this.#told = undefined
  }

  /** Tells the client as soon as it has answered all before. */
  follow(notice: ForkchoiceNotice): void {
    if (this.#waiting !== undefined) {
      this.#waiting.notice = notice
      return
    }
    if (isSame(this.#told, notice.state)) return
    const waiting = { notice }
    this.#waiting = waiting
    const call = async () => {
      if (this.#waiting === waiting) this.#waiting = undefined
      if (!isSame(this.#told, waiting.notice.state)) await this.#call(waiting.notice)
    }
    this.#enqueue(call).catch(() => undefined)
  }

  /**
   * Tells the client, and asks for a payload on that head when there are attributes.
   * @throws EngineUnavailableError
   */
  notify(notice: ForkchoiceNotice, attributes?: PayloadAttributes): Promise<ForkchoiceAnswer> {
    return this.#enqueue(() => this.#call(notice, attributes))
  }

  #enqueue<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(call)
    this.#tail = result.catch(() => undefined)
    return result
  }

  async #call(
    { headRoot, state }: ForkchoiceNotice,
    attributes?: PayloadAttributes,
  ): Promise<ForkchoiceAnswer> {
    this.#told = state
    this.#isSure = false
    try {
      const answer = await this.#engine.notifyForkchoiceUpdated(state, attributes)
      this.#isSure = answer.payloadStatus.status === 'VALID'
      this.#onStatus(headRoot, answer.payloadStatus)
      return answer
    } catch (error) {
      this.#failures += 1
      throw error
    }
  }
}

function isSame(a: ForkchoiceState | undefined, b: ForkchoiceState): boolean {
  return (
    a !== undefined &&
    a.headBlockHash === b.headBlockHash &&
    a.safeBlockHash === b.safeBlockHash &&
    a.finalizedBlockHash === b.finalizedBlockHash
  )
}
