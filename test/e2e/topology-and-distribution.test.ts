import { type NetworkOptions, startNetwork } from 'eth-localnet'
import { describe, expect, test } from 'vitest'
import { BeaconApi } from '../../src/apis/beacon-api.ts'
import { attestersOf } from './support/attesters.ts'
import { embeddedReal, embeddedVirtual, slowGethPrysm } from './support/clients-under-test.ts'
import { eventually } from './support/eventually.ts'
import { printStages } from './support/progress.ts'

interface Case {
  readonly topology: NonNullable<NetworkOptions['topology']>
  readonly distribution: NonNullable<
    Exclude<NetworkOptions['validators'], number | undefined>['distribution']
  >
  /** Expected peers of node-0 … node-3, by number. */
  readonly peers: readonly (readonly number[])[]
  /** Expected validators of node-0 … node-3; undefined where the seed decides. */
  readonly counts: readonly number[] | undefined
}

// Each network shows one topology and one strategy; they do not depend on each other.
const cases: Case[] = [
  {
    topology: 'full-mesh',
    distribution: 'even',
    peers: [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]], // biome-ignore format: one line reads as a matrix
    counts: [5, 5, 5, 5],
  },
  { topology: 'star', distribution: 'weighted', peers: [[1, 2, 3], [0], [0], [0]], counts: [8, 6, 4, 2] },
  {
    topology: 'ring',
    distribution: 'random',
    peers: [[1, 3], [0, 2], [1, 3], [0, 2]], // biome-ignore format: one line reads as a matrix
    counts: undefined,
  },
  { topology: 'line', distribution: [8, 5, 4, 3], peers: [[1], [0, 2], [1, 3], [2]], counts: [8, 5, 4, 3] },
  {
    topology: { edges: [[0, 1], [0, 2], [2, 3]] }, // biome-ignore format: one line reads as a graph
    distribution: 'single',
    peers: [[1, 2], [0], [0, 3], [2]],
    counts: [20, 0, 0, 0],
  },
]

const slotsPerEpoch = 6
const kinds = [slowGethPrysm, embeddedReal, embeddedVirtual]
const everyCase = kinds.flatMap((clients) => cases.map((one) => ({ ...one, ...clients })))

describe.each(everyCase)('$kind, 4 nodes, 20 validators, $topology, $distribution', (parameters) => {
  test('has exactly the declared peers, one head, own proposers and every vote', async () => {
    const { topology, distribution, peers, counts } = parameters
    await using network = await startNetwork({
      ...parameters.nodes(4),
      validators: { count: 20, distribution },
      topology,
      slotsPerEpoch,
      seed: 5,
      onProgress: printStages,
    })

    const planned = Object.values(network.validatorDistribution)
    if (counts !== undefined) expect(planned).toEqual(counts)
    expect(planned.reduce((sum, count) => sum + count)).toBe(20)

    const names = peers.map((numbers) => numbers.map((number) => `node-${number}`))
    const expected = names.map((of, i) => ({ name: `node-${i}`, execution: of, consensus: of }))
    await eventually(network, 20, async () => expect(await network.peers()).toEqual(expected))
    await network.waitForSlots(5)
    await network.assertConsensus()

    // The votes of epoch 1's last slot are in blocks one or two slots later.
    const untilSlot = 2 * slotsPerEpoch + 2
    await network.waitForHead(untilSlot)
    expect(await network.peers()).toEqual(expected)
    for (const { consensus } of network.nodes) {
      const attesters = await attestersOf(consensus.apiUrl, { epoch: 1, slotsPerEpoch, untilSlot })
      expect([...attesters].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    }
    await expectOwnProposers(network.manifest, network.nodes[0]?.consensus.apiUrl ?? '', untilSlot)
  })
})

/** The graffiti of a block names the node that made it, the proposer's index the node that holds the key. */
async function expectOwnProposers(
  { nodes }: { nodes: readonly { name: string; validators: { first: number; count: number } }[] },
  apiUrl: string,
  untilSlot: number,
): Promise<void> {
  let blocks = 0
  for (let slot = 1; slot <= untilSlot; slot++) {
    const header = await new BeaconApi(apiUrl).header(slot)
    if (header === undefined) continue
    const answer = await fetch(`${apiUrl}/eth/v2/beacon/blocks/${slot}`)
    const { data } = (await answer.json()) as { data: { message: { body: { graffiti: string } } } }
    const graffiti = Buffer.from(data.message.body.graffiti.slice(2), 'hex').toString().replaceAll('\0', '')
    const holder = nodes.find(({ validators: { first, count } }) => {
      return header.proposerIndex >= first && header.proposerIndex < first + count
    })
    expect(graffiti, `block of slot ${slot}`).toContain(holder?.name ?? 'nobody')
    blocks += 1
  }
  expect(blocks).toBeGreaterThan(untilSlot / 2)
}
