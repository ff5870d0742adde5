import { type Network, type Node, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksAt, slashedOn } from './beacon-questions.ts'

let network: Network

beforeAll(async () => {
  network = await startNetwork({ nodes: 4, validators: 32, topology: 'ring', time: 'virtual', seed: 7 })
})
afterAll(() => network.stop())

async function rootAt({ consensus }: Node, slot: number): Promise<string | undefined> {
  const response = await fetch(`${consensus.apiUrl}/eth/v1/beacon/headers/${slot}`)
  if (response.status === 404) return undefined
  return ((await response.json()) as { data: { root: string } }).data.root
}

describe('a reorg', () => {
  test.each([1, 2, 4])('%i slots deep, as deep as was asked for and as its proof says', async (depth) => {
    const proof = await network.reorg({ depth })
    const { oldHead, newHead, commonAncestor, nodes } = proof
    expect(proof.depth).toBe(depth)
    expect(oldHead.slot - commonAncestor.slot).toBe(depth)
    for (const name of nodes) {
      const node = network.node(name)
      // The old head is known there still, and not on its chain any more; ancestor and new head are.
      const old = (await blocksAt(node, oldHead.slot)).find(({ root }) => root === oldHead.root)
      expect(old).toMatchObject({ canonical: false })
      expect(await rootAt(node, commonAncestor.slot)).toBe(commonAncestor.root)
      expect(await rootAt(node, newHead.slot)).toBe(newHead.root)
      const record = network.history.records.find(
        (one) => one.type === 'reorg' && one.oldHead === oldHead.root,
      )
      expect(record).toMatchObject({ node: name, depth })
    }
    expect(network.faults()).toEqual([])
    await network.waitForConsensus()
  })

  test.each([0, 1.5, 9, Number.NaN])(
    'of a depth of %d slots is refused before anything is done',
    async (depth) => {
      const slot = network.currentSlot
      await expect(network.reorg({ depth })).rejects.toMatchObject({ code: 'option-invalid' })
      expect(network.currentSlot).toBe(slot)
    },
  )

  test('that is aborted leaves nothing cut', async () => {
    const abort = new AbortController()
    const reorged = network.reorg({
      depth: 5,
      signal: abort.signal,
      onProgress: (message) => {
        if (message.startsWith('cutting off')) queueMicrotask(() => abort.abort(new Error('enough')))
      },
    })
    await expect(reorged).rejects.toThrow('enough')
    expect(network.faults()).toEqual([])
    await network.waitForConsensus()
  })

  test('needs all nodes to run', async () => {
    await network.node('node-2').stop()
    await expect(network.reorg({ depth: 1 })).rejects.toMatchObject({ code: 'fault-unsupported' })
    await network.node('node-2').start()
    await network.waitForConsensus()
  })
})

test('stalled finality stands for as long as was asked for, and comes back', async () => {
  await network.waitForFinalizedEpoch(network.currentEpoch - 1)
  const { from, until, finalizedBefore, finalizedAfter } = await network.stallFinality({ epochs: 3 })
  expect(until - from).toBe(3)
  expect(finalizedBefore).toBeLessThan(from)
  expect(finalizedAfter).toBeGreaterThanOrEqual(until)
  const finalized = network.history.records.filter((one) => one.type === 'finalized')
  const { genesisTime, chain } = network
  const startMs = (epoch: number) => genesisTime * 1000 + epoch * chain.slotsPerEpoch * chain.slotDurationMs
  // By the nodes' own events: from the middle of the first epoch on until the last one is over.
  const halfMs = (chain.slotsPerEpoch / 2) * chain.slotDurationMs
  expect(
    finalized.filter(({ timeMs }) => timeMs > startMs(from) + halfMs && timeMs < startMs(until)),
  ).toEqual([])
  expect(network.faults()).toEqual([])
})

describe('a slashing', () => {
  test.each([
    ['proposer', 5],
    ['double-vote', 6],
    ['surround-vote', 7],
  ] as const)('for a %s is in a block, and seen by all', async (kind, validator) => {
    const proof = await network.slash(validator, { kind })
    expect(proof).toMatchObject({ validator, kind, nodes: ['node-0', 'node-1', 'node-2', 'node-3'] })
    for (const node of network.nodes) expect(await slashedOn(node)).toContain(validator)
    expect(await rootAt(network.node('node-3'), proof.slot)).toBe(proof.blockRoot)
    expect(proof.exitEpoch).toBeGreaterThan(proof.slashedEpoch)
  })

  test('of one that was slashed already is refused', async () => {
    await expect(network.slash(5)).rejects.toMatchObject({ code: 'fault-invalid' })
  })

  test('of one that there is not is refused', async () => {
    await expect(network.slash(32)).rejects.toMatchObject({ code: 'option-invalid' })
  })
})
