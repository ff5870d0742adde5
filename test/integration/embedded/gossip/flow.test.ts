import { beforeAll, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('./support/test-nodes.ts')
const { TestMessages } = await import('./support/test-messages.ts')

type Builder = Awaited<ReturnType<typeof ChainBuilder.create>>
let builder: Builder

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
})

describe('a line of three nodes', () => {
  test('what the first publishes reaches the chain and the pools of the last', async () => {
    const nodes = new TestNodes(builder)
    const [a, b, c] = [await nodes.add('a'), await nodes.add('b'), await nodes.add('c')]
    nodes.links.mesh.addLink('a', 'b')
    nodes.links.mesh.addLink('b', 'c')
    for (const node of [a, b, c]) node.open()
    const messages = new TestMessages(builder)
    await nodes.advanceToSlot(1)
    const block = await builder.build({ parent: builder.genesis.block, slot: 1 })
    await a.gossip.publishBlock(nodes.protocol.decodeBlock(block.bytes))
    await nodes.advanceToSlot(1, 400)
    expect([a, b, c].map(({ chain }) => chain.head.root)).toEqual([block.root, block.root, block.root])

    await a.gossip.publishAttestations(
      [0, 1, 2].map((position) => messages.attestation(block, 1, { position })),
    )
    await a.gossip.publishSyncMessages([messages.syncMessage(block, 1, 3)])
    await nodes.advanceToSlot(1, 600)
    await b.gossip.publishAggregates([messages.aggregate(block, 1, { aggregator: 3, positions: [2, 3] })])
    await b.gossip.publishContributions([
      messages.contribution(block, 1, { aggregator: 1, positions: [1, 2] }),
    ])
    await a.gossip.publishProposerSlashing(messages.proposerSlashing(7, 1))
    await a.gossip.publishAttesterSlashing(messages.attesterSlashing([8, 9], 1))
    await nodes.advanceToSlot(2)
    expect(Object.fromEntries(c.gossip.refusalCounts)).toEqual({})
    expect(c.pools.attestations.size).toBe(1)
    expect(c.pools.operations.size).toBe(2)
    expect(c.pools.syncCommittee.size).toBe(1)
    expect(c.chain.forkChoice.isEquivocating(8)).toBe(true)
    const [first = 0] = messages.committee(block, 1)
    expect(c.chain.forkChoice.getLatestMessage(first)).toEqual({ epoch: 0, root: block.root })
    expect(nodes.defects).toEqual([])
  })
})

describe('a node that comes late', () => {
  test('gets the whole chain by range, and then follows by gossip', async () => {
    const nodes = new TestNodes(builder)
    const [a, b] = [await nodes.add('a'), await nodes.add('b')]
    nodes.links.mesh.addLink('a', 'b')
    a.open()
    const blocks = await builder.buildMany(20, { parent: builder.genesis.block, slot: 1 })
    await nodes.advanceToSlot(21)
    for (const block of blocks) await a.chain.importBlock(nodes.protocol.decodeBlock(block.bytes))
    b.open()
    await nodes.advanceToSlot(21, 500)
    expect(b.sync.syncDistance).toBe(1)
    expect(b.chain.head.root).toBe(blocks.at(-1)?.root)
    expect(b.chain.forkChoice.finalizedCheckpoint.epoch).toBe(a.chain.forkChoice.finalizedCheckpoint.epoch)
    expect(nodes.defects).toEqual([])
  })

  test('finds the ancestors of a block that it hears of, by root', async () => {
    const nodes = new TestNodes(builder)
    const [a, b] = [await nodes.add('a'), await nodes.add('b')]
    const blocks = await builder.buildMany(4, { parent: builder.genesis.block, slot: 1 })
    nodes.links.mesh.addLink('a', 'b')
    a.open()
    b.open()
    await nodes.advanceToSlot(1)
    const decoded = blocks.map((block) => nodes.protocol.decodeBlock(block.bytes))
    await nodes.advanceToSlot(3, 100)
    for (const block of decoded.slice(0, 3)) await a.chain.importBlock(block)
    await nodes.advanceToSlot(4)
    const [last] = decoded.slice(3)
    if (last === undefined) throw new Error('There is no block.')
    await a.gossip.publishBlock(last)
    await nodes.advanceToSlot(4, 300)
    expect(b.chain.head.root).toBe(last.root)
    expect(b.gossip.heldCount).toBe(0)
    expect(nodes.defects).toEqual([])
  })
})
