import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedReal, embeddedVirtual, gethPrysm } from './support/clients-under-test.ts'
import { expectCompleteHistory } from './support/complete-history.ts'
import { eventually } from './support/eventually.ts'
import { printStages } from './support/progress.ts'

// The tests build on one another: they change one running network, step by step.
describe.each([gethPrysm, embeddedReal, embeddedVirtual])('$kind, 5 nodes, 20 validators', (clients) => {
  let network: Network

  beforeAll(async () => {
    network = await startNetwork({
      ...clients.nodes(5),
      validators: 20,
      topology: 'ring',
      slotsPerEpoch: 6,
      seed: 3,
      onProgress: printStages,
    })
  })

  afterAll(async () => {
    await network?.stop()
  })

  test('goes on when a node is killed, and the other four agree', async () => {
    const killed = network.node('node-4')
    await killed.kill()
    expect(killed.state).toBe('stopped')
    expect(killed.processes).toEqual([])
    const slot = network.currentSlot
    await network.waitForSlots(6)
    // One of five proposers is away, so that a slot or two may be empty.
    await network.waitForHead(slot + 3)
    await network.waitForConsensus()
  })

  test('takes the killed node back, which catches up', async () => {
    await network.node('node-4').start()
    expect(network.node('node-4').state).toBe('running')
    await network.waitForConsensus()
  })

  test('goes on when a node is paused and resumed', async () => {
    const paused = network.node('node-3')
    await paused.pause()
    expect(paused.state).toBe('paused')
    await network.waitForSlots(4)
    await network.waitForConsensus()
    await paused.resume()
    expect(paused.state).toBe('running')
    await network.waitForConsensus()
  })

  test('goes on when all nodes are restarted one after another', async () => {
    for (const node of network.nodes) {
      await node.restart()
      // Prysm asks for one block after another of those that it has missed, every 4 s.
      await network.waitForConsensus({ withinSlots: 24 })
    }
    await network.waitForHead(network.currentSlot + 1)
  })

  test('removes a node, and re-plans nobody else', async () => {
    const before = network.manifest.nodes
    await network.removeNode('node-4')
    expect(network.manifest.nodes).toEqual(before.slice(0, 4))
    expect(network.nodes).toHaveLength(4)
  })

  test('adds a node, which syncs and reaches the head', async () => {
    const late = await network.addNode({ name: 'late', peers: ['node-0', 'node-2'] })
    expect(late.plan.validators.count).toBe(0)
    await network.waitForHead(network.currentSlot)
    await network.waitForConsensus()
    await eventually(network, 15, async () => {
      const peers = (await network.peers()).find(({ name }) => name === 'late')
      expect(peers?.consensus).toEqual(['node-0', 'node-2'])
    })
  })

  test('finalizes on every node after all of that', async () => {
    // The keys of the removed node stay on the chain, offline: 16 of 20 votes are left, more than 2/3.
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.waitForConsensus()
  })

  test('has told all of that in its history', async () => {
    await expectCompleteHistory(network)
  })
})
