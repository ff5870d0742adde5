import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineFollower } from '../../../../src/embedded/chain/engine-follower.ts'
import type { ExecutionEngine, PayloadStatus } from '../../../../src/embedded/engine/execution-engine.ts'

const valid: PayloadStatus = { status: 'VALID', latestValidHash: null, validationError: null }

/** Answers when the test says so. */
class HeldEngine implements ExecutionEngine {
  readonly heads: string[] = []
  readonly #held: { answer: (status: PayloadStatus) => void; fail: (error: unknown) => void }[] = []

  notifyForkchoiceUpdated(state: { readonly headBlockHash: string }, attributes?: unknown) {
    this.heads.push(state.headBlockHash)
    const payloadId = attributes === undefined ? null : `payload on ${state.headBlockHash}`
    return new Promise<{ payloadStatus: PayloadStatus; payloadId: string | null }>((resolve, reject) => {
      this.#held.push({ answer: (payloadStatus) => resolve({ payloadStatus, payloadId }), fail: reject })
    })
  }

  /** Answers the oldest call, and lets all that follows from it happen. */
  async answer(status: PayloadStatus = valid): Promise<void> {
    this.#held.shift()?.answer(status)
    await settle()
  }

  async fail(): Promise<void> {
    this.#held.shift()?.fail(new Error('connection refused'))
    await settle()
  }

  get isBusy(): boolean {
    return this.#held.length > 0
  }

  notifyNewPayload = () => Promise.reject(new Error('not asked for here'))
  getPayload = () => Promise.reject(new Error('not asked for here'))
}

/** Promises that are settled go on, as far as they lead. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function noticeOf(head: string) {
  const state = { headBlockHash: head, safeBlockHash: 'safe', finalizedBlockHash: 'finalized' }
  return { headRoot: `root of ${head}`, state }
}

function follower() {
  const engine = new HeldEngine()
  const answers: string[] = []
  const follow = new EngineFollower(engine, (root, { status }) => answers.push(`${root} ${status}`))
  return { engine, answers, follower: follow }
}

const attributes = {
  timestamp: 1,
  prevRandao: new Uint8Array(32),
  suggestedFeeRecipient: new Uint8Array(20),
  withdrawals: [],
  parentBeaconBlockRoot: new Uint8Array(32),
}

describe('the execution client', () => {
  test('is told of a head once, and its answer is passed on', async () => {
    const { engine, answers, follower: it } = follower()
    it.follow(noticeOf('a'))
    it.follow(noticeOf('a'))
    await settle()
    await engine.answer()
    it.follow(noticeOf('a'))
    await settle()
    expect(engine.heads).toEqual(['a'])
    expect(answers).toEqual(['root of a VALID'])
  })

  test('is not told of heads that were passed by while it was busy', async () => {
    const { engine, follower: it } = follower()
    for (const head of ['a', 'b', 'c']) {
      it.follow(noticeOf(head))
      await settle()
    }
    expect(engine.heads).toEqual(['a'])
    await engine.answer()
    expect(engine.heads).toEqual(['a', 'c'])
  })

  test('is not told again of a head that came back meanwhile', async () => {
    const { engine, follower: it } = follower()
    for (const head of ['a', 'b', 'a']) {
      it.follow(noticeOf(head))
      await settle()
    }
    await engine.answer()
    expect(engine.heads).toEqual(['a'])
    expect(engine.isBusy).toBe(false)
  })

  test('is asked for a payload in its turn, also on a head that it knows', async () => {
    const { engine, follower: it } = follower()
    it.follow(noticeOf('a'))
    const asked = it.notify(noticeOf('a'), attributes)
    await settle()
    expect(engine.heads).toEqual(['a'])
    await engine.answer()
    await engine.answer()
    expect(engine.heads).toEqual(['a', 'a'])
    expect((await asked).payloadId).toBe('payload on a')
  })

  test('that did not answer is told again at the next chance, and not before', async () => {
    const { engine, follower: it } = follower()
    it.follow(noticeOf('a'))
    await settle()
    await engine.fail()
    it.follow(noticeOf('a'))
    await settle()
    expect(engine.heads).toEqual(['a'])
    it.retry()
    it.follow(noticeOf('a'))
    await settle()
    await engine.answer({ ...valid, status: 'SYNCING' })
    it.retry()
    it.follow(noticeOf('a'))
    await settle()
    await engine.answer()
    it.retry()
    it.follow(noticeOf('a'))
    await settle()
    expect(engine.heads).toEqual(['a', 'a', 'a'])
    expect(it.failures).toBe(1)
  })

  test('whose failure is somebody’s business tells them', async () => {
    const { engine, follower: it } = follower()
    const asked = it.notify(noticeOf('a'), attributes)
    await settle()
    const told = expect(asked).rejects.toThrow('connection refused')
    await engine.fail()
    await told
    await it.settled()
  })

  test('ends at the last head, whatever it does and however slowly', async () => {
    const step = fc.oneof(
      fc.constantFrom('a', 'b', 'c').map((head) => ({ head })),
      fc.constantFrom('answer', 'fail', 'retry').map((action) => ({ action })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom('a', 'b', 'c'),
        async (steps, last) => {
          const { engine, follower: it } = follower()
          for (const next of steps) {
            if ('head' in next) it.follow(noticeOf(next.head))
            else if (next.action === 'retry') it.retry()
            else await (next.action === 'fail' ? engine.fail() : engine.answer())
            await settle()
          }
          it.retry()
          it.follow(noticeOf(last))
          await settle()
          while (engine.isBusy) await engine.answer()
          expect(engine.heads.at(-1)).toBe(last)
        },
      ),
    )
  })
})
