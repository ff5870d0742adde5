import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventQueue, type QueuedEvent } from '../../../../src/embedded/clock/event-queue.ts'

/** What is done to a queue; a cancelled event is chosen among those added so far. */
type Step =
  | { readonly kind: 'add'; readonly timeMs: number }
  | { readonly kind: 'cancel'; readonly choice: number }
  | { readonly kind: 'take' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('add' as const), timeMs: fc.integer({ min: -5, max: 30 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), choice: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  ),
  { maxLength: 200 },
)

test('gives the events of the earliest time, in the order in which they were added', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const queue = new EventQueue()
      const added: QueuedEvent[] = []
      let model: { timeMs: number; number: number }[] = []
      const ran: number[] = []
      for (const step of sequence) {
        if (step.kind === 'add') {
          const number = added.length
          added.push(queue.add(step.timeMs, () => void ran.push(number)))
          model.push({ timeMs: step.timeMs, number })
        } else if (step.kind === 'cancel' && added.length > 0) {
          const number = step.choice % added.length
          added[number]?.cancel()
          model = model.filter((event) => event.number !== number)
        } else if (step.kind === 'take') {
          const earliest = Math.min(...model.map(({ timeMs }) => timeMs))
          const due = model.filter(({ timeMs }) => timeMs === earliest).map(({ number }) => number)
          model = model.filter(({ timeMs }) => timeMs !== earliest)
          ran.length = 0
          for (const event of queue.takeEarliest()) void event.take()?.()
          expect(ran).toEqual(due)
        }
        expect(queue.size).toBe(model.length)
        expect(queue.nextTimeMs ?? Number.POSITIVE_INFINITY).toBe(
          Math.min(...model.map(({ timeMs }) => timeMs)),
        )
      }
    }),
  )
})

test('does not call back what is cancelled after its time has been taken', () => {
  const queue = new EventQueue()
  const ran: string[] = []
  queue.add(1, () => void ran.push('first'))
  const second = queue.add(1, () => void ran.push('second'))
  const [first] = queue.takeEarliest()
  void first?.take()?.()
  second.cancel()
  expect(second.take()).toBeUndefined()
  expect(ran).toEqual(['first'])
})

test('keeps the rest in order when most of a busy millisecond is cancelled', () => {
  const queue = new EventQueue()
  const ran: number[] = []
  const events = Array.from({ length: 1_000 }, (_, number) => queue.add(7, () => void ran.push(number)))
  for (const [number, event] of events.entries()) if (number % 100 !== 3) event.cancel()
  const taken = queue.takeEarliest()
  expect(taken.length).toBeLessThan(200)
  for (const event of taken) void event.take()?.()
  expect(ran).toEqual([3, 103, 203, 303, 403, 503, 603, 703, 803, 903])
})
