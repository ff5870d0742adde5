import { readFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdTime } from '../../../../src/embedded/clock/hold-time.ts'
import {
  VirtualClock,
  VirtualTimeLoopError,
  VirtualTimeStalledError,
} from '../../../../src/embedded/clock/virtual-clock.ts'

function clockAt(startMs = 0, errors: unknown[] = []): VirtualClock {
  return new VirtualClock({ startMs, onError: (error) => errors.push(error) })
}

test('runs callbacks by time, then in the order in which they were asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), async (times) => {
      const clock = clockAt()
      const ran: { number: number; nowMs: number }[] = []
      times.forEach((timeMs, number) => {
        clock.at(timeMs, () => void ran.push({ number, nowMs: clock.nowMs }))
      })
      await clock.advanceTo(20)
      const expected = times
        .map((nowMs, number) => ({ number, nowMs }))
        .sort((a, b) => a.nowMs - b.nowMs || a.number - b.number)
      expect(ran).toEqual(expected)
    }),
  )
})

/** Callbacks that ask for others, some at once and some after a few promises. */
interface Plan {
  readonly delayMs: number
  readonly promises: number
  readonly next: readonly Plan[]
}

const plans = fc.memo((depth): fc.Arbitrary<Plan> => {
  const next: fc.Arbitrary<Plan[]> = depth > 1 ? fc.array(plans(), { maxLength: 3 }) : fc.constant([])
  return fc.record({
    delayMs: fc.integer({ min: 0, max: 5 }),
    promises: fc.integer({ min: 0, max: 4 }),
    next,
  })
})

async function traceOf(roots: readonly Plan[], stopsMs: readonly number[]): Promise<string[]> {
  const clock = clockAt(100)
  const trace: string[] = []
  const follow = (plan: Plan, name: string) => {
    clock.at(clock.nowMs + plan.delayMs, () => {
      trace.push(`${clock.nowMs} ${name}`)
      const begin = () => plan.next.forEach((next, number) => void follow(next, `${name}.${number}`))
      if (plan.promises === 0) return begin()
      return (async () => {
        for (let left = plan.promises; left > 0; left--) await null
        trace.push(`${clock.nowMs} ${name} goes on`)
        begin()
      })()
    })
  }
  for (const [number, root] of roots.entries()) follow(root, `${number}`)
  for (const stopMs of stopsMs) await clock.advanceTo(stopMs)
  await clock.advanceTo(1_000)
  return trace
}

test('gives the same history again, however the time is advanced', async () => {
  const stops = fc.array(fc.integer({ min: 90, max: 140 }), { maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(fc.array(plans(4), { maxLength: 6 }), stops, async (roots, stopsMs) => {
      expect(await traceOf(roots, stopsMs)).toEqual(await traceOf(roots, []))
    }),
  )
})

test('calls back all of a millisecond before any of their promises goes on', async () => {
  const clock = clockAt()
  const trace: string[] = []
  clock.at(5, async () => {
    trace.push('first')
    await null
    trace.push('first goes on')
    clock.at(5, () => void trace.push('asked for at that time'))
  })
  clock.at(5, () => void trace.push('second'))
  clock.at(6, () => void trace.push('later'))
  await clock.advanceTo(10)
  expect(trace).toEqual(['first', 'second', 'first goes on', 'asked for at that time', 'later'])
  expect(clock.nowMs).toBe(10)
})

test('stands still for what a callback waits for, a disk included', async () => {
  const clock = clockAt()
  const trace: string[] = []
  clock.at(1, async () => {
    const text = await readFile(new URL(import.meta.url), 'utf8')
    trace.push(`${clock.nowMs}: read ${text.length > 0}`)
  })
  clock.at(2, () => void trace.push('2'))
  await clock.advanceTo(2)
  expect(trace).toEqual(['1: read true', '2'])
})

test('stands still for held work that no callback stands for, and leaves its failure to who asked', async () => {
  const errors: unknown[] = []
  const clock = clockAt(0, errors)
  const trace: string[] = []
  clock.at(1, () => {
    const missing = readFile(new URL('./no-such-file', import.meta.url))
    void holdTime(clock, missing).catch(() => trace.push(`${clock.nowMs}: not there`))
  })
  clock.at(2, () => void trace.push('2'))
  await clock.advanceTo(2)
  expect(trace).toEqual(['1: not there', '2'])
  expect(errors).toEqual([])
})

test('lets what goes on in promises come to rest before time goes on, although nobody waits for it', async () => {
  const clock = clockAt()
  const times: number[] = []
  const expected = Array.from({ length: 100 }, (_, timeMs) => timeMs)
  for (const timeMs of expected) {
    clock.at(timeMs, () => {
      void (async () => {
        for (let left = 50; left > 0; left--) await null
        times.push(clock.nowMs)
      })()
    })
  }
  await clock.advanceTo(100)
  expect(times).toEqual(expected)
})

test('runs what is asked for in the past as soon as possible, and fractions at the next millisecond', async () => {
  const clock = clockAt(1_000)
  const times: number[] = []
  clock.at(3, () => void times.push(clock.nowMs))
  clock.at(1_000.2, () => void times.push(clock.nowMs))
  await clock.advanceTo(900)
  expect(times).toEqual([1_000])
  await clock.advanceTo(1_001)
  expect(times).toEqual([1_000, 1_001])
  expect(() => clock.at(Number.NaN, () => {})).toThrow(TypeError)
})

test('goes on after errors, and tells of each', async () => {
  const errors: unknown[] = []
  const clock = clockAt(0, errors)
  const ran: string[] = []
  clock.at(1, () => {
    throw new Error('thrown')
  })
  clock.at(1, () => Promise.reject(new Error('rejected')))
  clock.at(1, () => void ran.push('same time'))
  clock.at(2, () => void ran.push('later'))
  await clock.advanceTo(2)
  expect(ran).toEqual(['same time', 'later'])
  expect(errors).toEqual([new Error('thrown'), new Error('rejected')])
})

test('can be aborted between two moments, and then goes on from there', async () => {
  const clock = clockAt()
  const times: number[] = []
  const controller = new AbortController()
  for (const timeMs of [1, 2, 2, 3]) {
    clock.at(timeMs, () => {
      times.push(clock.nowMs)
      if (timeMs === 2) controller.abort(new Error('enough'))
    })
  }
  await expect(clock.advanceTo(5, { signal: controller.signal })).rejects.toThrow('enough')
  expect(times).toEqual([1, 2, 2])
  expect(clock.nowMs).toBe(2)
  await clock.advanceTo(5)
  expect(times).toEqual([1, 2, 2, 3])
})

test('callers who advance at once take turns', async () => {
  const clock = clockAt()
  const times: number[] = []
  for (const timeMs of [1, 2, 3]) clock.at(timeMs, async () => void times.push(clock.nowMs))
  await Promise.all([clock.advanceTo(2), clock.advanceTo(3), clock.advanceTo(1)])
  expect(times).toEqual([1, 2, 3])
  expect(clock.nowMs).toBe(3)
})

test('goes on without a callback that waits for a later time, and says so', async () => {
  const errors: unknown[] = []
  const clock = new VirtualClock({ startMs: 0, onError: (error) => errors.push(error), stallMs: 1 })
  const trace: string[] = []
  clock.at(1, () =>
    new Promise<void>((resolve) => void clock.at(2, resolve)).then(() => void trace.push('done')),
  )
  await clock.advanceTo(2)
  expect(trace).toEqual(['done'])
  expect(errors).toEqual([expect.any(VirtualTimeStalledError)])
  expect((errors[0] as VirtualTimeStalledError).facts).toEqual({ timeMs: 1, unsettled: 1, stallMs: 1 })
})

test('refuses to stay at one time for ever', async () => {
  const clock = clockAt()
  const repeat = () => void clock.at(clock.nowMs, repeat)
  repeat()
  await expect(clock.advanceTo(1)).rejects.toThrow(VirtualTimeLoopError)
})

test('leaves a server in the same thread its turn while it runs', async () => {
  const clock = clockAt()
  const server = createServer((_, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const stop = new AbortController()
  const repeat = () => void clock.at(clock.nowMs + 1, repeat)
  repeat()
  const answered = new Promise<void>((resolve, reject) => {
    get({ port, host: '127.0.0.1' }, (response) => response.resume().on('end', resolve)).on('error', reject)
  }).then(() => stop.abort())
  // Bounded, because a clock that lets nobody in would hold up the test's own time limit too.
  const endMs = 1_000_000
  await expect(clock.advanceTo(endMs, { signal: stop.signal })).rejects.toThrow()
  await answered
  server.close()
  expect(clock.nowMs).toBeLessThan(endMs)
})
