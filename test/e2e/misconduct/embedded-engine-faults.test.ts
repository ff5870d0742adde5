import { type Network, type Node, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let network: Network
let node: Node

async function syncing(): Promise<{ is_optimistic: boolean; head_slot: string }> {
  const response = await fetch(`${node.consensus.apiUrl}/eth/v1/node/syncing`)
  return ((await response.json()) as { data: { is_optimistic: boolean; head_slot: string } }).data
}

async function headSlots(): Promise<number[]> {
  return (await network.views()).map(({ headSlot }) => headSlot ?? -1)
}

describe('an execution client that misbehaves, in virtual time', () => {
  beforeAll(async () => {
    network = await startNetwork({
      nodes: 4,
      validators: 32,
      topology: 'full-mesh',
      time: 'virtual',
      seed: 7,
    })
    node = network.node('node-1')
  })
  afterAll(() => network.stop())

  test('SYNCING makes its node optimistic, and no longer than it lasts', async () => {
    const fault = await network.engineFault('node-1', { kind: 'syncing' })
    await network.waitForSlots(4)
    expect(await syncing()).toMatchObject({ is_optimistic: true })
    await fault.end()
    await network.waitForSlots(4)
    expect(await syncing()).toMatchObject({ is_optimistic: false })
    await network.waitForConsensus()
  })

  test('silence stops its node’s head while the others go on, and no longer than it lasts', async () => {
    const before = network.currentSlot
    const fault = await network.engineFault('node-1', { kind: 'silent', methods: ['newPayload'] })
    await network.waitForSlots(6)
    const [first = 0, stuck = 0] = await headSlots()
    expect(stuck).toBeLessThanOrEqual(before + 1)
    expect(first).toBeGreaterThan(before + 3)
    await fault.end()
    await network.waitForConsensus()
  })

  test('INVALID does so too, and a node forgets what it was told when it starts again', async () => {
    const before = network.currentSlot
    const fault = await network.engineFault('node-1', { kind: 'invalid' })
    await network.waitForSlots(6)
    const [first = 0, stuck = 0] = await headSlots()
    expect(stuck).toBeLessThanOrEqual(before + 1)
    expect(first).toBeGreaterThan(before + 3)
    await fault.end()
    await node.restart()
    await network.waitForConsensus()
  })

  test('slowness is refused, as time stands still for answers', async () => {
    await expect(network.engineFault('node-1', { kind: 'slow', delayMs: 100 })).rejects.toMatchObject({
      code: 'fault-unsupported',
    })
    expect(network.faults()).toEqual([])
  })
})

test('in real time slow answers make late votes, and finality goes on', async () => {
  await using real = await startNetwork({ nodes: 3, validators: 24, topology: 'full-mesh', seed: 7 })
  await using _ = await real.engineFault('node-1', { kind: 'slow', delayMs: 600, methods: ['newPayload'] })
  await real.waitForFinalizedEpoch(1)
  await real.waitForConsensus()
  // The first one whose votes were all cast while it was slow.
  const record = real.history.records.find((one) => one.type === 'participation' && one.epoch === 1)
  expect(record).toMatchObject({ head: expect.any(Number) })
  expect(record?.type === 'participation' && record.head).toBeLessThan(1)
})
