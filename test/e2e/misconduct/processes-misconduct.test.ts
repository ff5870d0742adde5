import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { printStages } from '../support/progress.ts'
import { waitUntil } from '../support/wait-until.ts'
import { slashedOn } from './beacon-questions.ts'

let network: Network

async function isOptimistic(name: string): Promise<boolean> {
  const response = await fetch(`${network.node(name).consensus.apiUrl}/eth/v1/node/syncing`)
  return ((await response.json()) as { data: { is_optimistic: boolean } }).data.is_optimistic
}

async function headSlotOf(name: string): Promise<number> {
  return (await network.views()).find((view) => view.name === name)?.headSlot ?? -1
}

/** Waits until the head of node-1 has stayed where it is while that of node-0 went on. */
async function untilStuck(): Promise<void> {
  await network.waitForSlots(1)
  const stuckAt = await headSlotOf('node-1')
  await waitUntil(network, 'node-0 to go on', 8, async () => (await headSlotOf('node-0')) >= stuckAt + 3)
  expect(await headSlotOf('node-1')).toBeLessThanOrEqual(stuckAt + 1)
}

/** When a node had each new head from a slot on, milliseconds from the start of the head's slot. */
function headDelaysMs(node: string, fromSlot: number): number[] {
  const { genesisTime, history, chain } = network
  return history.records.flatMap((one) =>
    one.type === 'head' && one.node === node && one.slot >= fromSlot
      ? [one.timeMs - genesisTime * 1000 - one.slot * chain.slotDurationMs]
      : [],
  )
}

describe(`misconduct on ${slowGethPrysm.kind}`, () => {
  beforeAll(async () => {
    const [clients] = slowGethPrysm.nodes(3).nodes as readonly object[]
    network = await startNetwork({
      ...slowGethPrysm.nodes(3),
      nodes: [{ ...clients, validatorClient: 'remote-signer' }],
      validators: 48,
      topology: 'full-mesh',
      slotsPerEpoch: 6,
      onProgress: printStages,
    })
  })
  afterAll(() => network?.stop())

  test('an execution client that says SYNCING makes its node optimistic, which passes', async () => {
    const fault = await network.engineFault('node-1', { kind: 'syncing' })
    await waitUntil(network, 'node-1 is optimistic', 6, () => isOptimistic('node-1'))
    await fault.end()
    await waitUntil(
      network,
      'node-1 is not optimistic any more',
      12,
      async () => !(await isOptimistic('node-1')),
    )
    await network.waitForConsensus({ withinSlots: 12 })
  })

  test('one that is slow has its node take blocks later than the others, and one head remains', async () => {
    const delayMs = 1_200
    await using _ = await network.engineFault('node-1', { kind: 'slow', delayMs, methods: ['newPayload'] })
    const from = network.currentSlot + 1
    await network.waitForSlots(5)
    await network.waitForConsensus({ withinSlots: 12 })
    expect(Math.min(...headDelaysMs('node-1', from))).toBeGreaterThanOrEqual(delayMs)
    expect(Math.min(...headDelaysMs('node-0', from))).toBeLessThan(delayMs)
  })

  test('one that is silent stops its node’s head, until it is not', async () => {
    await using fault = await network.engineFault('node-1', { kind: 'silent', methods: ['newPayload'] })
    await untilStuck()
    await fault.end()
    await network.waitForConsensus({ withinSlots: 12 })
  })

  test('a reorg at least two slots deep', async () => {
    const proof = await network.reorg({ depth: 2, onProgress: console.log })
    expect(proof.depth).toBeGreaterThanOrEqual(2)
    expect(network.faults()).toEqual([])
  })

  test('finality stalls for two epochs and comes back', async () => {
    const proof = await network.stallFinality({ epochs: 2, onProgress: console.log })
    expect(proof.until - proof.from).toBe(2)
    expect(proof.finalizedAfter).toBeGreaterThanOrEqual(proof.until)
    expect(network.faults()).toEqual([])
  })

  test('a validator is slashed by a proof that we sign', async () => {
    const proof = await network.slash(40, { kind: 'proposer' })
    expect(proof.nodes).toEqual(['node-0', 'node-1', 'node-2'])
    for (const node of network.nodes) expect(await slashedOn(node)).toEqual([40])
  })

  test('an execution client that says INVALID stops its node’s head, until it is not and its node starts again', async () => {
    await using fault = await network.engineFault('node-1', { kind: 'invalid' })
    await untilStuck()
    await fault.end()
    await network.node('node-1').restart()
    await network.waitForConsensus({ withinSlots: 24 })
  })
})
