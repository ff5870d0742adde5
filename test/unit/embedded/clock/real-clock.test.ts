import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RealClock } from '../../../../src/embedded/clock/real-clock.ts'

const startMs = 1_700_000_000_000

beforeEach(
  () =>
    void vi.useFakeTimers({
      now: startMs,
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'],
    }),
)
afterEach(() => void vi.useRealTimers())

function clockWith(errors: unknown[] = []): RealClock {
  return new RealClock({ onError: (error) => errors.push(error) })
}

test('calls back by time, then in the order in which it was asked to', async () => {
  const clock = clockWith()
  const ran: [string, number][] = []
  const note = (name: string) => () => void ran.push([name, clock.nowMs - startMs])
  clock.at(startMs + 20, note('b'))
  clock.at(startMs + 20, note('c'))
  clock.at(startMs + 10, note('a'))
  clock.at(startMs + 15, note('cancelled')).cancel()
  clock.at(startMs - 99, note('overdue'))
  expect(ran).toEqual([])
  await vi.advanceTimersByTimeAsync(30)
  expect(ran).toEqual([
    ['overdue', 0],
    ['a', 10],
    ['b', 20],
    ['c', 20],
  ])
})

test('waits longer than a timer of Node can', async () => {
  const clock = clockWith()
  const ran: number[] = []
  const delayMs = 2 ** 31 + 5
  clock.at(startMs + delayMs, () => void ran.push(clock.nowMs - startMs))
  vi.setSystemTime(startMs + delayMs - 3_000)
  await vi.advanceTimersByTimeAsync(2_999)
  expect(ran).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ran.length).toBe(1)
})

test('notices a jump of the system time within a second', async () => {
  const clock = clockWith()
  const ran: number[] = []
  clock.at(startMs + 3_600_000, () => void ran.push(clock.nowMs - startMs))
  vi.setSystemTime(startMs + 3_600_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ran.length).toBe(1)
})

test('never goes back, and waits until the system has caught up', async () => {
  const clock = clockWith()
  const ran: number[] = []
  await vi.advanceTimersByTimeAsync(500)
  expect(clock.nowMs).toBe(startMs + 500)
  clock.at(startMs + 510, () => void ran.push(clock.nowMs - startMs))
  vi.setSystemTime(startMs)
  expect(clock.nowMs).toBe(startMs + 500)
  await vi.advanceTimersByTimeAsync(509)
  expect(ran).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(ran).toEqual([510])
})

test('tells of errors and goes on, until it is closed', async () => {
  const errors: unknown[] = []
  const clock = clockWith(errors)
  const ran: string[] = []
  clock.at(startMs + 1, () => {
    throw new Error('thrown')
  })
  clock.at(startMs + 1, () => Promise.reject(new Error('rejected')))
  clock.at(startMs + 2, () => void ran.push('later'))
  clock.at(startMs + 9, () => void ran.push('too late'))
  await vi.advanceTimersByTimeAsync(5)
  clock.close()
  clock.at(startMs + 6, () => void ran.push('too late'))
  await vi.advanceTimersByTimeAsync(10)
  expect(errors).toEqual([new Error('thrown'), new Error('rejected')])
  expect(ran).toEqual(['later'])
  expect(vi.getTimerCount()).toBe(0)
})
