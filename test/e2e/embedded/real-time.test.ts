import { type Network, startNetwork } from 'eth-localnet'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { missedSlots } from './missed-slots.ts'

// The tests build on one another: they follow one network of the default shape, in slots of a second.
let network: Network

beforeAll(async () => {
  network = await startNetwork()
})

afterAll(async () => {
  await network?.stop()
})

test('the first block comes in the first slot after genesis', async () => {
  expect(network.nodes).toHaveLength(4)
  expect(network.chain.slotDurationMs).toBe(1_000)
  expect(network.currentSlot).toBeLessThanOrEqual(3)
  for (const node of network.nodes) expect(await missedSlots(node, 1, 2)).toEqual([])
})

test('20 slots have 20 blocks, on every node and on both layers', async () => {
  await network.waitForHead(21)
  for (const node of network.nodes) {
    expect(await missedSlots(node, 1, 21)).toEqual([])
    const client = createPublicClient({ transport: http(node.execution.rpcUrl) })
    const { timestamp } = await client.getBlock({ blockNumber: 20n })
    expect(timestamp).toBe(BigInt(network.genesisTime + 20))
  }
})

test('it finalizes, and everybody agrees', async () => {
  await network.waitForFinalizedEpoch(2)
  await network.waitForConsensus({ withinSlots: 2 })
})
