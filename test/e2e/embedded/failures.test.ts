import { type Network, type Node, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missedSlots } from './missed-slots.ts'

// The tests of each network build on one another: they follow it through its life.
describe.each([
  { way: 'killed', fail: (node: Node) => node.kill(), mend: (node: Node) => node.start() },
  { way: 'stopped', fail: (node: Node) => node.stop(), mend: (node: Node) => node.start() },
  { way: 'paused', fail: (node: Node) => node.pause(), mend: (node: Node) => node.resume() },
])('6 nodes in a line, whose ends hold more than a third of the stake and are $way', ({ fail, mend }) => {
  let network: Network
  const ends = () => [network.node('node-0'), network.node('node-5')]
  const inner = () => network.nodes.slice(1, 5)
  const finalizedOfInner = async () => {
    const views = (await network.views()).slice(1, 5)
    return new Set(views.map(({ finalizedEpoch, finalizedRoot }) => `${finalizedEpoch} ${finalizedRoot}`))
  }

  beforeAll(async () => {
    network = await startNetwork({
      nodes: 6,
      validators: { count: 36, distribution: [7, 6, 6, 5, 5, 7] },
      topology: 'line',
      time: 'virtual',
      seed: 4,
    })
    await network.waitForFinalizedEpoch(1)
  })

  afterAll(async () => {
    await network?.stop()
  })

  test('finalizes no more, but goes on with blocks', async () => {
    const { slotsPerEpoch } = network.chain
    for (const node of ends()) await fail(node)
    // Votes from before may still finalize what they have justified. In the middle of a slot all have its block.
    await network.waitForSlots(2 * slotsPerEpoch)
    await network.advance({ slots: 0.5 })
    const [fromSlot, before] = [network.currentSlot, await finalizedOfInner()]
    expect(before.size).toBe(1)
    await network.advance({ slots: 3 * slotsPerEpoch })
    expect(await finalizedOfInner()).toEqual(before)
    await network.waitForConsensus({ withinSlots: 1 })
    for (const node of inner()) {
      const missed = await missedSlots(node, fromSlot, network.currentSlot)
      expect(missed.length).toBeGreaterThan(0)
      expect(missed.length).toBeLessThan(2 * slotsPerEpoch)
    }
  })

  test('finalizes again when they are back, with one head on all', async () => {
    for (const node of ends()) await mend(node)
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.assertConsensus()
    expect(network.nodes.map(({ state }) => state)).toEqual(Array(6).fill('running'))
    const fromSlot = network.currentSlot
    await network.waitForSlots(network.chain.slotsPerEpoch)
    for (const node of network.nodes) {
      expect(await missedSlots(node, fromSlot, network.currentSlot)).toEqual([])
    }
  })
})

describe('a line of 4 nodes that is cut by the failure of its second', () => {
  test('finalizes only on the side that has the stake, and everywhere when it is whole again', async () => {
    await using network = await startNetwork({
      nodes: 4,
      validators: { count: 40, distribution: [4, 4, 16, 16] },
      topology: 'line',
      time: 'virtual',
      seed: 9,
    })
    await network.waitForFinalizedEpoch(1)
    await network.node('node-1').stop()
    const before = (await network.views())[0]?.finalizedEpoch
    await network.advance({ slots: 4 * network.chain.slotsPerEpoch + 0.5 })
    const [alone, , third, fourth] = await network.views()
    expect(alone?.finalizedEpoch).toBe(before)
    expect(third?.finalizedEpoch).toBeGreaterThan((before ?? 0) + 1)
    expect(fourth?.finalizedRoot).toBe(third?.finalizedRoot)
    expect(fourth?.headRoot).not.toBe(alone?.headRoot)
    await expect(network.assertConsensus()).rejects.toMatchObject({ code: 'no-consensus' })

    await network.node('node-1').start()
    await network.waitForConsensus()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.assertConsensus()
  })
})
