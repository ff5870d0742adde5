import { describe, expect, it } from 'vitest'
import { healthyLink, type LinkShape, noShape } from '../../../src/embedded/links/link-state.ts'
import { peerId, setDelay, testNetwork } from '../embedded/links/support.ts'

/** Two nodes and a link of 5 ms, with a shape from the first to the second, or back. */
function setUp({
  forward = {},
  backward = {},
}: {
  forward?: Partial<LinkShape>
  backward?: Partial<LinkShape>
}) {
  const network = testNetwork(2, [[0, 1]])
  setDelay(network, 0, 1, 5)
  const link = network.links.mesh.link(peerId(0), peerId(1))
  const state = { isUp: true, forward: { ...noShape, ...forward }, backward: { ...noShape, ...backward } }
  link.setState(state, peerId(0))
  return { ...network, link, state }
}

const arrivals = ({ received }: { received: readonly { node: number; timeMs: number }[] }, node: number) =>
  received.filter((one) => one.node === node).map(({ timeMs }) => timeMs)

describe('a state of a link', () => {
  it('adds latency in the direction that was asked for', async () => {
    const network = setUp({ forward: { latencyMs: 100 } })
    network.publish(0, 'there')
    network.publish(1, 'back')
    await network.clock.advanceTo(1_000)
    expect(arrivals(network, 1)).toEqual([105])
    expect(arrivals(network, 0)).toEqual([5])
  })

  it('is from whichever end it is said to be', async () => {
    const network = setUp({})
    network.link.setState({ ...healthyLink, forward: { ...noShape, latencyMs: 100 } }, peerId(1))
    network.publish(0, 'back')
    network.publish(1, 'there')
    await network.clock.advanceTo(1_000)
    expect(arrivals(network, 1)).toEqual([5])
    expect(arrivals(network, 0)).toEqual([105])
  })

  it('ends: what is sent after it is as before', async () => {
    const network = setUp({ forward: { latencyMs: 100, lossPercent: 100, bandwidthKbps: 1 } })
    network.link.setState(healthyLink, peerId(0))
    network.publish(0, 'there')
    await network.clock.advanceTo(1_000)
    expect(arrivals(network, 1)).toEqual([5])
  })

  it('draws jitter for each message anew, up to its bound', async () => {
    const network = setUp({ forward: { jitterMs: 50 } })
    for (let i = 0; i < 200; i++) network.publish(0, `message ${i}`)
    await network.clock.advanceTo(1_000)
    const times = arrivals(network, 1)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...times)).toBeLessThanOrEqual(55)
    expect(new Set(times).size).toBeGreaterThan(20)
  })

  it('loses its share, in its direction', async () => {
    const network = setUp({ forward: { lossPercent: 30 } })
    for (let i = 0; i < 1_000; i++) {
      network.publish(0, `there ${i}`)
      network.publish(1, `back ${i}`)
    }
    await network.clock.advanceTo(1_000)
    const { length } = arrivals(network, 1)
    expect(length).toBeGreaterThan(630)
    expect(length).toBeLessThan(770)
    expect(arrivals(network, 0)).toHaveLength(1_000)
  })

  it('holds up what is more than the bandwidth, one message behind the other', async () => {
    // 8 kbit/s is a byte a millisecond.
    const network = setUp({ forward: { bandwidthKbps: 8 } })
    for (const letter of ['a', 'b', 'c']) network.publish(0, letter.repeat(100))
    await network.clock.advanceTo(500)
    network.publish(0, 'd'.repeat(100))
    await network.clock.advanceTo(1_000)
    expect(arrivals(network, 1)).toEqual([105, 205, 305, 605])
  })

  it('cuts and heals', () => {
    const network = setUp({})
    network.connections.length = 0
    network.link.setState({ ...healthyLink, isUp: false }, peerId(0))
    expect(network.connections).toEqual(['0 loses 1', '1 loses 0'])
    network.link.setState(healthyLink, peerId(0))
    expect(network.connections.slice(2)).toEqual(['0 connects 1 outbound', '1 connects 0 inbound'])
  })
})

it('requests and their answers take up the bandwidth as well', async () => {
  const answer = { code: 'success', context: new Uint8Array(0), data: new Uint8Array(300) } as const
  const network = testNetwork(2, [[0, 1]], { handlers: { onRequest: () => [answer, answer] } })
  setDelay(network, 0, 1, 5)
  const slow = { ...noShape, bandwidthKbps: 8 }
  network.links.mesh
    .link(peerId(0), peerId(1))
    .setState({ isUp: true, forward: slow, backward: slow }, peerId(0))
  const times: number[] = []
  const asking = (async () => {
    const chunks = network.wires[0]?.request(peerId(1), 'protocol', new Uint8Array(100), 2) ?? []
    for await (const _ of chunks) times.push(network.clock.nowMs)
  })()
  await network.clock.advanceTo(2_000)
  await asking
  expect(times).toEqual([105 + 305, 105 + 605])
})
