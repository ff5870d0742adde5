import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeClock } from '../../../../src/embedded/clock/node-clock.ts'
import { VirtualClock } from '../../../../src/embedded/clock/virtual-clock.ts'

function clocks(skewMs = 0) {
  const networkErrors: unknown[] = []
  const errors: unknown[] = []
  const network = new VirtualClock({ startMs: 0, onError: (error) => networkErrors.push(error) })
  const node = new NodeClock({ clock: network, skewMs, onError: (error) => errors.push(error) })
  return { network, node, errors, networkErrors }
}

test('is ahead or behind by its skew, and calls back when it shows the time asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -500, max: 500 }),
      fc.array(fc.integer({ min: 0, max: 1_000 })),
      async (skewMs, times) => {
        const { network, node } = clocks(skewMs)
        const ran: number[] = []
        for (const timeMs of times) {
          node.at(timeMs, () => {
            ran.push(timeMs)
            expect(node.nowMs).toBe(Math.max(timeMs, skewMs))
          })
        }
        await network.advanceTo(1_500)
        expect(ran.length).toBe(times.length)
        // Those in the past run at once, in the order in which they were asked for.
        const late = times.filter((timeMs) => timeMs <= skewMs)
        const due = times.filter((timeMs) => timeMs > skewMs).sort((a, b) => a - b)
        expect(ran).toEqual([...late, ...due])
      },
    ),
  )
})

test('keeps the times of its timers when it is set', async () => {
  const { network, node } = clocks()
  const ran: [string, number][] = []
  node.at(100, () => void ran.push(['a', network.nowMs]))
  node.at(100, () => void ran.push(['b', network.nowMs]))
  const cancelled = node.at(100, () => void ran.push(['cancelled', network.nowMs]))
  await network.advanceTo(10)
  node.skewMs = 30
  cancelled.cancel()
  await network.advanceTo(200)
  expect(ran).toEqual([
    ['a', 70],
    ['b', 70],
  ])
})

test('runs what fell due during a pause when it is over, in order', async () => {
  const { network, node } = clocks()
  const ran: [string, number][] = []
  const note = (name: string) => () => void ran.push([name, network.nowMs])
  node.at(30, note('b'))
  node.at(20, note('a'))
  const cancelled = node.at(25, note('cancelled'))
  node.at(60, note('c'))
  await network.advanceTo(10)
  node.pause()
  await network.advanceTo(50)
  expect(ran).toEqual([])
  expect(node.nowMs).toBe(50)
  cancelled.cancel()
  node.resume()
  await network.advanceTo(60)
  expect(ran).toEqual([
    ['a', 50],
    ['b', 50],
    ['c', 60],
  ])
})

test('a pause that begins before overdue timers have run holds them again', async () => {
  const { network, node } = clocks()
  const ran: number[] = []
  node.at(1, () => void ran.push(network.nowMs))
  node.pause()
  await network.advanceTo(2)
  node.resume()
  node.pause()
  await network.advanceTo(3)
  expect(ran).toEqual([])
  node.resume()
  await network.advanceTo(4)
  expect(ran).toEqual([3])
})

test('calls nothing back once it is closed, nor what is asked for later', async () => {
  const { network, node } = clocks()
  const ran: string[] = []
  node.at(10, () => void ran.push('before'))
  node.pause()
  node.at(1, () => void ran.push('overdue'))
  await network.advanceTo(5)
  node.close()
  node.at(10, () => void ran.push('after'))
  node.resume()
  await network.advanceTo(20)
  expect(ran).toEqual([])
})

test('what its callbacks throw or reject with is the failure of this node alone', async () => {
  const { network, node, errors, networkErrors } = clocks()
  const other = new NodeClock({ clock: network, onError: () => expect.unreachable() })
  const ran: string[] = []
  node.at(1, () => {
    throw new Error('thrown')
  })
  node.at(1, () => Promise.reject(new Error('rejected')))
  other.at(1, () => void ran.push('other'))
  node.at(2, () => void ran.push('later'))
  await network.advanceTo(2)
  expect(errors).toEqual([new Error('thrown'), new Error('rejected')])
  expect(networkErrors).toEqual([])
  expect(ran).toEqual(['other', 'later'])
})
