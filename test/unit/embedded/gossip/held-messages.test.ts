import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../../src/embedded/clock/virtual-clock.ts'
import { HeldMessages } from '../../../../src/embedded/gossip/held-messages.ts'

function setUp({ countMax = 100, bytesMax = 1000 } = {}) {
  const clock = new VirtualClock({ startMs: 0, onError: (error) => expect.fail(String(error)) })
  return { clock, held: new HeldMessages({ clock, aheadMsMax: 100, patienceMs: 400, countMax, bytesMax }) }
}

describe('messages that wait for a block', () => {
  test('go on in their order when it comes', async () => {
    const { held } = setUp()
    const order: string[] = []
    const note = (name: string, root: string) =>
      held.untilBlock(root, 1)?.then((isThere) => order.push(`${name} ${isThere}`))
    const waiting = [note('first', 'a'), note('other', 'b'), note('second', 'a')]
    held.blockCame('a')
    await Promise.all([waiting[0], waiting[2]])
    expect(order).toEqual(['first true', 'second true'])
    expect(held.count).toBe(1)
  })

  test('are let go when it does not come in time', async () => {
    const { clock, held } = setUp()
    const early = held.untilBlock('a', 1)
    await clock.advanceTo(399)
    const late = held.untilBlock('a', 1)
    expect(held.count).toBe(2)
    await clock.advanceTo(400)
    expect(await Promise.all([early, late])).toEqual([false, false])
    expect(held.count).toBe(0)
  })

  test('are let go when the node stops', async () => {
    const { held } = setUp()
    const waiting = held.untilBlock('a', 1)
    held.clear()
    expect(await waiting).toBe(false)
  })
})

describe('messages that are early', () => {
  test('wait for their time', async () => {
    const { clock, held } = setUp()
    const times: number[] = []
    const waiting = held.untilTime(70, 1)?.then(() => times.push(clock.nowMs))
    await clock.advanceTo(200)
    await waiting
    expect(times).toEqual([70])
  })

  test('are not held when their time is far away', () => {
    const { held } = setUp()
    expect(held.untilTime(101, 1)).toBeUndefined()
    expect(held.untilTime(Number.POSITIVE_INFINITY, 1)).toBeUndefined()
    expect(held.count).toBe(0)
  })
})

test('number and size are bounded, and what leaves makes room', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ root: fc.constantFrom('a', 'b'), bytes: fc.nat(60) })),
      async (messages) => {
        const { clock, held } = setUp({ countMax: 5, bytesMax: 100 })
        let [count, bytes] = [0, 0]
        for (const message of messages) {
          const hasRoom = count < 5 && bytes + message.bytes <= 100
          expect(held.untilBlock(message.root, message.bytes) !== undefined).toBe(hasRoom)
          if (hasRoom) [count, bytes] = [count + 1, bytes + message.bytes]
        }
        await clock.advanceTo(400)
        expect(held.count).toBe(0)
        expect(held.untilBlock('a', 100)).toBeDefined()
      },
    ),
    { numRuns: 30 },
  )
})
