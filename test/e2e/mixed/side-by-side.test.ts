import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missedSlots } from '../embedded/missed-slots.ts'
import { attestersOf } from '../support/attesters.ts'
import { eventually } from '../support/eventually.ts'
import { printStages } from '../support/progress.ts'
import { complaintsOfEmbedded, complaintsOfProcesses } from './logs.ts'

const slotsPerEpoch = 6

// The tests build on one another: they change one running network, step by step.
describe('two Prysms at the ends of a line, two embedded nodes between them', () => {
  let network: Network

  beforeAll(async () => {
    network = await startNetwork({
      nodes: [
        { name: 'prysm-left', execution: 'geth', consensus: 'prysm' },
        { name: 'embedded', consensus: 'embedded', count: 2 },
        { name: 'prysm-right', execution: 'geth', consensus: 'prysm' },
      ],
      validators: 64,
      topology: 'line',
      slotDurationMs: 3_000,
      slotsPerEpoch,
      seed: 5,
      onProgress: printStages,
    })
  })

  afterAll(async () => {
    await network?.stop()
  })

  test('have exactly the declared peers, on both layers', async () => {
    // The end that was dialled may list its peer a little later.
    await eventually(network, 4, async () => {
      const peers = (left: string[]) => ({ execution: left, consensus: left })
      expect(await network.peers()).toEqual([
        { name: 'prysm-left', ...peers(['embedded-0']) },
        { name: 'embedded-0', ...peers(['prysm-left', 'embedded-1']) },
        { name: 'embedded-1', ...peers(['embedded-0', 'prysm-right']) },
        { name: 'prysm-right', ...peers(['embedded-1']) },
      ])
    })
  })

  test('finalize at the ideal pace, without a missed slot, a lost vote or a complaint', async () => {
    await network.waitForFinalizedEpoch(4, { withinSlots: 7 * slotsPerEpoch - network.currentSlot })
    await network.assertConsensus()
    const [first, second] = network.nodes
    if (first === undefined || second === undefined) throw new Error('there are four nodes')
    expect(await missedSlots(first, 2, 6 * slotsPerEpoch)).toEqual([])
    // The last votes of an epoch are in the first block of the next one.
    await network.waitForHead(6 * slotsPerEpoch + 1)
    for (const { consensus } of [first, second]) {
      const votes = { epoch: 5, slotsPerEpoch, untilSlot: 6 * slotsPerEpoch + 1 }
      expect((await attestersOf(consensus.apiUrl, votes)).size).toBe(64)
    }
    expect(complaintsOfProcesses(network)).toEqual([])
    expect(complaintsOfEmbedded(network)).toEqual([])
  })

  test('take in an empty Prysm whose only peers are embedded, and an empty embedded node at a Prysm', async () => {
    await network.addNode({ name: 'late-prysm', consensus: 'prysm', peers: ['embedded-0', 'embedded-1'] })
    await network.addNode({ name: 'late-embedded', consensus: 'embedded', peers: ['prysm-left'] })
    await network.waitForHead(network.currentSlot)
    await network.waitForConsensus()
    const peers = await network.peers()
    expect(peers.find(({ name }) => name === 'late-embedded')).toMatchObject({
      execution: ['prysm-left'],
      consensus: ['prysm-left'],
    })
  })

  test('get back a Prysm and an embedded node that were away', async () => {
    await network.removeNode('late-prysm')
    await network.removeNode('late-embedded')
    for (const name of ['prysm-right', 'embedded-1']) {
      const node = network.node(name)
      await node.stop()
      await network.waitForSlots(2)
      await node.start()
      await network.waitForConsensus()
    }
  })

  test('go on finalizing while any one of them is down', async () => {
    await network.node('prysm-right').stop()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.waitForConsensus()
  })
})
