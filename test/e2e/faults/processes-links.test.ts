import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { whyNoLoss } from '../../support/lossy-links.ts'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { printStages } from '../support/progress.ts'

const noLoss = await whyNoLoss()

let network: Network

async function peersOf(name: string): Promise<readonly string[]> {
  const peers = (await network.peers()).find((one) => one.name === name)
  expect(peers?.execution).toEqual(peers?.consensus)
  return peers?.consensus ?? []
}

async function headSlotOf(name: string): Promise<number> {
  return (await network.views()).find((view) => view.name === name)?.headSlot ?? Number.NaN
}

/** When a node had the blocks of these slots, milliseconds after their first appearance on any node. */
function lagsMs(node: string, fromSlot: number): number[] {
  const blocks = network.history.records.filter((record) => record.type === 'block')
  return blocks
    .filter((block) => block.node === node && block.slot >= fromSlot)
    .map(({ root, timeMs }) => {
      const seen = blocks.filter((block) => block.root === root).map((block) => block.timeMs)
      return timeMs - Math.min(...seen)
    })
}

// The others hold five sixths of the stake, so that finality is theirs whatever happens to the third node.
describe(`the links of three nodes of ${slowGethPrysm.kind}`, () => {
  beforeAll(async () => {
    const [clients] = slowGethPrysm.nodes(3).nodes as readonly object[]
    const shares = [20, 20, 8]
    network = await startNetwork({
      ...slowGethPrysm.nodes(3),
      nodes: shares.map((validators) => ({ ...clients, count: 1, validators })),
      topology: 'full-mesh',
      slotsPerEpoch: 6,
      seed: 3,
      onProgress: printStages,
    })
    await network.waitForFinalizedEpoch(1)
  })
  afterAll(() => network?.stop())

  test('can be bridged: two sides hear of each other through the node between them', async () => {
    await using _ = await network.bridge('node-0', 'node-2', { via: 'node-1' })
    expect(await peersOf('node-0')).toEqual(['node-1'])
    expect(await peersOf('node-2')).toEqual(['node-1'])
    await network.waitForSlots(3)
    await network.waitForConsensus({ withinSlots: 6 })
  })

  test('can be slow: what passes them is late, and one head remains', async () => {
    const latencyMs = 400
    await using _ = await network.link('node-0', 'node-2').shape({ latencyMs })
    await using __ = await network.link('node-1', 'node-2').shape({ latencyMs })
    // What was on its way when the latency began came as before.
    const from = network.currentSlot + 2
    await network.waitForSlots(8)
    await network.waitForConsensus({ withinSlots: 6 })
    const lags = lagsMs('node-2', from).filter((lag) => lag > 0)
    expect(lags.length).toBeGreaterThan(0)
    // The first node that has a block is itself noticed some milliseconds late.
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(0.8 * latencyMs)
  })

  test.skipIf(noLoss !== undefined)(
    `can lose packets, and all goes on${noLoss === undefined ? '' : `: ${noLoss}`}`,
    async () => {
      await using _ = await network.link('node-0', 'node-2').shape({ lossPercent: 10 })
      await using __ = await network.link('node-1', 'node-2').shape({ lossPercent: 10 })
      await network.waitForFinalizedEpoch(network.currentEpoch)
      await network.waitForConsensus({ withinSlots: 12 })
    },
  )

  test('can be cut for longer than an epoch: the node comes back with its peers and the others’ head', async () => {
    const isolated = await network.isolate('node-2')
    expect(await peersOf('node-2')).toEqual([])
    expect(await peersOf('node-0')).toEqual(['node-1'])
    const epoch = network.currentEpoch
    await network.waitForSlots(12)
    expect(await headSlotOf('node-0')).toBeGreaterThan(await headSlotOf('node-2'))
    const views = await network.views()
    expect(Math.max(...views.map(({ finalizedEpoch }) => finalizedEpoch ?? 0))).toBeGreaterThanOrEqual(
      epoch - 1,
    )
    await isolated.end()
    expect(await peersOf('node-2')).toEqual(['node-0', 'node-1'])
    await network.waitForConsensus({ withinSlots: 40 })
    expect(network.faults()).toEqual([])
  })
})
