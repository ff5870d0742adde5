import { expect, test } from 'vitest'
import { type EngineFailure, EngineUnavailableError } from '../../../../src/embedded/engine/errors.ts'
import type { ExecutionEngine } from '../../../../src/embedded/engine/execution-engine.ts'
import { WatchedEngine } from '../../../../src/embedded/engine/watched-engine.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'

const status = { status: 'VALID', latestValidHash: null, validationError: null } as const
const zero = `0x${'00'.repeat(32)}`
const state = { headBlockHash: zero, safeBlockHash: zero, finalizedBlockHash: zero }

/** An engine that answers, or fails as it is told to. */
class ToldEngine implements ExecutionEngine {
  failure: Error | undefined

  notifyNewPayload() {
    return this.#answer(status)
  }

  notifyForkchoiceUpdated() {
    return this.#answer({ payloadStatus: status, payloadId: null })
  }

  getPayload() {
    return this.#answer(undefined as never)
  }

  async #answer<Answer>(answer: Answer): Promise<Answer> {
    if (this.failure !== undefined) throw this.failure
    return answer
  }
}

const questions: readonly [string, (engine: ExecutionEngine) => Promise<unknown>][] = [
  ['newPayload', (engine) => engine.notifyNewPayload({} as SignedBlock)],
  ['forkchoiceUpdated', (engine) => engine.notifyForkchoiceUpdated(state)],
  ['getPayload', (engine) => engine.getPayload('0x00', 'electra' as Fork)],
]

test.each(questions)('is offline from a %s without an answer to the next answer', async (_name, ask) => {
  const told = new ToldEngine()
  const engine = new WatchedEngine(told)
  expect(engine.isOffline).toBe(false)
  told.failure = new EngineUnavailableError('engine_method', 'silence', 'timeout')
  await expect(ask(engine)).rejects.toBe(told.failure)
  expect(engine.isOffline).toBe(true)
  told.failure = undefined
  await ask(engine)
  expect(engine.isOffline).toBe(false)
})

test.each<[EngineFailure, boolean]>([
  ['unreachable', true],
  ['unauthorized', true],
  ['timeout', true],
  ['malformed', true],
  ['failed', true],
  ['refused', false],
])('of an engine that fails with `%s`, offline is %s', async (reason, isOffline) => {
  const told = new ToldEngine()
  const engine = new WatchedEngine(told)
  told.failure = new EngineUnavailableError('engine_getPayload', 'it failed', reason)
  await expect(engine.getPayload('0x00', 'electra' as Fork)).rejects.toBe(told.failure)
  expect(engine.isOffline).toBe(isOffline)
})
