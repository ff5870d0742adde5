import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FaultError } from '../../../../src/faults/errors.ts'
import { Jobs } from '../../../../src/faults/on-demand/jobs.ts'

let jobs: Jobs
/** What ends the work of the latest job. */
let finish: (result: object) => void
let tell: (message: string) => void

beforeEach(() => {
  jobs = new Jobs()
})
afterEach(() => vi.useRealTimers())

function begin(): string {
  return jobs.begin(({ signal, onProgress }) => {
    tell = onProgress
    return new Promise((resolve, reject) => {
      finish = resolve
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  })
}

describe('a job', () => {
  test('is reported as soon as there is more to tell, and when it is done', async () => {
    const id = begin()
    const first = jobs.report(id, 0)
    tell('one')
    expect(await first).toMatchObject({ state: 'running', messages: ['one'], result: null })
    const second = jobs.report(id, 1)
    finish({ depth: 3 })
    expect(await second).toEqual({ state: 'done', messages: ['one'], result: { depth: 3 }, error: null })
    expect(await jobs.report(id, 1)).toMatchObject({ state: 'done' })
  })

  test('is reported to all who wait', async () => {
    const id = begin()
    const reports = [jobs.report(id, 0), jobs.report(id, 0)]
    tell('one')
    expect(await Promise.all(reports)).toMatchObject([{ messages: ['one'] }, { messages: ['one'] }])
  })

  test('that fails is reported with its error', async () => {
    const id = jobs.begin(async () => {
      throw new FaultError({ code: 'fault-not-observed', problem: 'It was not seen.' })
    })
    const report = await jobs.report(id, 0)
    expect(report).toMatchObject({ state: 'failed', error: { code: 'fault-not-observed' } })
  })

  test('has news after a while, if only that there are none', async () => {
    vi.useFakeTimers()
    const report = jobs.report(begin(), 0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await report).toMatchObject({ state: 'running', messages: [] })
  })

  test('is given up when nobody asks about it any more', async () => {
    vi.useFakeTimers()
    const id = begin()
    await vi.advanceTimersByTimeAsync(29_999)
    tell('still there')
    expect(await jobs.report(id, 0)).toMatchObject({ state: 'running' })
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await jobs.report(id, 1)).toMatchObject({ state: 'failed', error: { code: 'fault-ended' } })
  })
})

test('too many that run are refused, and of those that have ended the oldest are forgotten', async () => {
  const first = begin()
  finish({})
  await jobs.report(first, 0)
  for (let count = 0; count < 100; count++) begin()
  await expect(jobs.report(first, 0)).rejects.toMatchObject({ code: 'fault-invalid' })
  expect(() => begin()).toThrow(FaultError)
})
