import { beforeAll, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ forks: { deneb: 0, electra: 2, fulu: 3 } })
activatePreset(manifest.chain)
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { encodeAttestation } = await import('../../../../src/embedded/gossip/attestation-message.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('./support/test-nodes.ts')
const { TestMessages } = await import('./support/test-messages.ts')

type Builder = Awaited<ReturnType<typeof ChainBuilder.create>>
let builder: Builder

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
})

test('each fork has topics of its own, named by its digest', () => {
  const { config } = builder.protocol
  const topics = GossipTopics.of(config)
  expect(topics.forks.map(({ fork, epoch }) => [fork, epoch])).toEqual([
    ['deneb', 0],
    ['electra', 2],
    ['fulu', 3],
  ])
  const digests = topics.forks.map(({ digestHex }) => digestHex)
  expect(new Set(digests).size).toBe(3)
  for (const { epoch, digest } of topics.forks) {
    expect(config.forkDigest2ForkBoundary(digest).epoch).toBe(epoch)
    expect(topics.byDigest(digest)?.epoch).toBe(epoch)
  }
  expect(topics.at(1).fork).toBe('deneb')
  expect(topics.at(2).fork).toBe('electra')
  expect(topics.at(1000).fork).toBe('fulu')
  const topic = topics.topic('beacon_attestation', 2, 63)
  expect(topic.name).toBe(`/eth2/${digests[1]}/beacon_attestation_63/ssz_snappy`)
  expect(topics.find(topic.name)).toBe(topic)
  expect(topics.find(`/eth2/${digests[1]}/beacon_attestation_64/ssz_snappy`)).toBeUndefined()
  expect(() => topics.topic('beacon_attestation', 2, 64)).toThrow(RangeError)
})

test('a node takes part in the topics of the fork to come, and leaves the old ones two epochs after', async () => {
  const nodes = new TestNodes(builder)
  const [a] = [await nodes.add('a')]
  const subscribed = new Set<string>()
  const { wire } = a
  const [subscribe, unsubscribe] = [wire.subscribe.bind(wire), wire.unsubscribe.bind(wire)]
  wire.subscribe = (topic) => {
    subscribed.add(topic)
    subscribe(topic)
  }
  wire.unsubscribe = (topic) => {
    subscribed.delete(topic)
    unsubscribe(topic)
  }
  a.open()
  const forks = () => {
    const topics = GossipTopics.of(nodes.protocol.config)
    return [...new Set([...subscribed].map((name) => topics.find(name)?.fork))]
  }
  const seen: unknown[] = []
  for (const epoch of [0, 1, 2, 3, 4, 5]) {
    await nodes.advanceToSlot(8 * epoch)
    seen.push(forks())
  }
  expect(seen).toEqual([
    ['deneb'],
    ['deneb', 'electra'],
    ['deneb', 'electra', 'fulu'],
    ['deneb', 'electra', 'fulu'],
    ['electra', 'fulu'],
    ['fulu'],
  ])
  expect(subscribed.size).toBe(7 + 64 + 4)
  a.close()
  expect(subscribed.size).toBe(0)
})

test('blocks and votes cross two forks', async () => {
  const nodes = new TestNodes(builder)
  const [a, b] = [await nodes.add('a'), await nodes.add('b')]
  nodes.links.mesh.addLink('a', 'b')
  a.open()
  b.open()
  const messages = new TestMessages(builder)
  let parent = builder.genesis.block
  for (let slot = 1; slot <= 26; slot++) {
    const block = await builder.build({ parent, slot, syncAggregate: false })
    await nodes.advanceToSlot(slot)
    await a.gossip.publishBlock(nodes.protocol.decodeBlock(block.bytes))
    await nodes.advanceToSlot(slot, 400)
    await a.gossip.publishAttestations([
      messages.attestation(block, slot),
      messages.attestation(block, slot, { position: 1 }),
    ])
    await a.gossip.publishSyncMessages([messages.syncMessage(block, slot, slot % 32)])
    await nodes.advanceToSlot(slot, 600)
    await a.gossip.publishAggregates([messages.aggregate(block, slot, { aggregator: 2, positions: [2, 3] })])
    parent = block
  }
  await nodes.advanceToSlot(27)
  expect(b.chain.head.root).toBe(parent.root)
  expect(Object.fromEntries(b.gossip.refusalCounts)).toEqual({})
  expect(nodes.defects).toEqual([])
})

test('a vote in a topic of another fork than its own is rejected', async () => {
  const nodes = new TestNodes(builder)
  const a = await nodes.add('a')
  const topics = GossipTopics.of(nodes.protocol.config)
  const { block } = builder.genesis
  const messages = new TestMessages(builder)
  const judge = (slot: number, epoch: number, subnet: number) => {
    const data = encodeAttestation(messages.attestation(block, slot))
    const { name } = topics.topic('beacon_attestation', epoch, subnet)
    return a.gossip.handle({ topic: name, data, id: '' }, 'peer')
  }
  await nodes.advanceToSlot(1)
  expect(await judge(1, 2, 2)).toBe('reject')
  expect(await judge(1, 0, 2)).toBe('accept')
  await nodes.advanceToSlot(23)
  expect(await judge(23, 3, 14)).toBe('reject')
  expect(await judge(23, 2, 14)).toBe('accept')
  expect([...a.gossip.refusalCounts.keys()]).toEqual([
    'beacon_attestation reject: message is malformed',
    "beacon_attestation reject: message is not of its topic's fork",
  ])
})
