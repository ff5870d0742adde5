import { beforeAll, expect, test } from 'vitest'
import type { ResponseChunk, Wire } from '../../../../src/embedded/links/wire.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { GossipTestNode } from '../gossip/support/test-nodes.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ forks: { electra: 0, fulu: 2 } })
activatePreset(manifest.chain)
const { ssz } = await import('@lodestar/types')
const { fromHex, toRootHex } = await import('@lodestar/utils')
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { protocolIds } = await import('../../../../src/embedded/sync/protocols.ts')
const { decodeStatus, encodeStatus } = await import('../../../../src/embedded/sync/status.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('../gossip/support/test-nodes.ts')

/** Four epochs and a half: beyond the fork, and finalized beyond genesis. */
const headSlot = 36
let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
let blocks: SignedBlock[]
let branch: SignedBlock[]

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  blocks = await builder.buildMany(headSlot, { parent: builder.genesis.block, slot: 1, syncAggregate: false })
  const [, , , fourth] = blocks
  if (fourth === undefined) throw new Error('There are too few blocks.')
  branch = await builder.buildMany(3, { parent: fourth, slot: 7, graffiti: 'branch', syncAggregate: false })
})

type Nodes = InstanceType<typeof TestNodes>

async function importAll(nodes: Nodes, node: GossipTestNode, chain: readonly SignedBlock[]): Promise<void> {
  for (const block of chain) await node.chain.importBlock(nodes.protocol.decodeBlock(block.bytes))
}

/** Two linked nodes at the head's slot; the first has the chain. */
async function openPair(chain = blocks) {
  const nodes = new TestNodes(builder)
  const [a, b] = [await nodes.add('a'), await nodes.add('b')]
  nodes.links.mesh.addLink('a', 'b')
  await nodes.advanceToSlot(headSlot)
  await importAll(nodes, a, chain)
  return { nodes, a, b }
}

/** A node that answers requests in a way of its own. */
function openImpostor(
  nodes: Nodes,
  name: string,
  answer: (protocol: string, request: Uint8Array) => Iterable<ResponseChunk> | AsyncIterable<ResponseChunk>,
): Wire {
  nodes.links.mesh.addNode(name)
  const wire = nodes.links.wire(name)
  wire.open({ onGossip: () => 'ignore', onRequest: answer, onConnect: () => {}, onDisconnect: () => {} })
  return wire
}

async function collect(
  chunks: Iterable<ResponseChunk> | AsyncIterable<ResponseChunk>,
): Promise<ResponseChunk[]> {
  const all: ResponseChunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

function rangeRequest(startSlot: number, count: number, step = 1): Uint8Array {
  return ssz.phase0.BeaconBlocksByRangeRequest.serialize({ startSlot, count, step })
}

test('a node catches up over a fork, in either direction of dialling', async () => {
  for (const late of [0, 1]) {
    const nodes = new TestNodes(builder)
    const pair = [await nodes.add('a'), await nodes.add('b')]
    const [ahead, behind] = late === 1 ? pair : pair.toReversed()
    if (ahead === undefined || behind === undefined) throw new Error('There is no pair.')
    nodes.links.mesh.addLink('a', 'b')
    await nodes.advanceToSlot(headSlot)
    await importAll(nodes, ahead, blocks)
    ahead.open()
    behind.open()
    const isSyncing: boolean[] = []
    behind.chain.events.on('block', () => isSyncing.push(behind.sync.isSyncing))
    await nodes.advanceToSlot(headSlot, 900)
    expect(behind.chain.head.root).toBe(blocks.at(-1)?.root)
    expect(behind.chain.forkChoice.finalizedCheckpoint).toEqual(ahead.chain.forkChoice.finalizedCheckpoint)
    expect(behind.chain.forkChoice.finalizedCheckpoint.epoch).toBeGreaterThan(0)
    expect(isSyncing).toEqual(blocks.map(() => true))
    expect(behind.sync.isSyncing).toBe(false)
    expect(behind.sync.peers.map(({ status }) => status?.headRoot)).toEqual([blocks.at(-1)?.root])
    expect(nodes.defects).toEqual([])
  }
})

test('a node on a branch gets the part that it lacks', async () => {
  const { nodes, a, b } = await openPair()
  await importAll(nodes, b, [...blocks.slice(0, 4), ...branch])
  a.open()
  b.open()
  await nodes.advanceToSlot(headSlot, 900)
  expect(b.chain.head.root).toBe(blocks.at(-1)?.root)
  expect(nodes.defects).toEqual([])
})

test('a peer of another network is left', async () => {
  const { nodes, a } = await openPair()
  const statuses: Uint8Array[] = []
  const wire = openImpostor(nodes, 'stranger', (protocol, request) => {
    if (protocol === protocolIds.goodbye) statuses.push(request)
    const other = {
      forkDigest: new Uint8Array(4),
      finalizedRoot: `0x${'00'.repeat(32)}`,
      finalizedEpoch: 0,
      headRoot: `0x${'00'.repeat(32)}`,
      headSlot: 0,
    }
    return [{ code: 'success', context: new Uint8Array(), data: encodeStatus(other, 2) }]
  })
  nodes.links.mesh.addLink('a', 'stranger')
  a.open()
  expect(wire.peers).toHaveLength(1)
  await nodes.advanceToSlot(headSlot, 200)
  expect(statuses.map((reason) => ssz.phase0.Goodbye.deserialize(reason))).toEqual([2n])
  expect(wire.peers).toHaveLength(0)
  expect(a.sync.peers).toEqual([])
  expect(nodes.defects).toEqual([])
})

test('a peer that has finalized something else is left', async () => {
  const { nodes, a } = await openPair()
  const digest = GossipTopics.of(nodes.protocol.config).at(4).digest
  const lie = {
    forkDigest: digest,
    finalizedRoot: `0x${'11'.repeat(32)}`,
    finalizedEpoch: 1,
    headRoot: `0x${'22'.repeat(32)}`,
    headSlot,
  }
  const wire = openImpostor(nodes, 'liar', () => [
    { code: 'success', context: new Uint8Array(), data: encodeStatus(lie, 2) },
  ])
  nodes.links.mesh.addLink('a', 'liar')
  a.open()
  await nodes.advanceToSlot(headSlot, 200)
  expect(wire.peers).toHaveLength(0)
})

test.each([
  ['gives nothing of the chain that it claims', () => []],
  ['gives blocks that were not asked for', () => [blocks[2], blocks[9]]],
  ['gives blocks that do not follow upon each other', () => [blocks[0], blocks[5]]],
  ['gives blocks of another fork digest', () => [{ ...blocks[0], context: new Uint8Array(4) }]],
  ['gives garbage', () => [{ ...blocks[0], bytes: new Uint8Array(500) }]],
] as const)('a peer that %s is left, and another one is followed', async (_what, choose) => {
  const { nodes, a, b } = await openPair()
  const digests = GossipTopics.of(nodes.protocol.config)
  const lie = {
    forkDigest: digests.at(4).digest,
    finalizedRoot: `0x${'33'.repeat(32)}`,
    finalizedEpoch: 9,
    headRoot: `0x${'44'.repeat(32)}`,
    headSlot,
  }
  const liar = openImpostor(nodes, 'liar', (protocol) => {
    const context = new Uint8Array()
    if (protocol !== protocolIds.blocksByRange)
      return [{ code: 'success', context, data: encodeStatus(lie, 2) }]
    return choose().map((block) => {
      const given = block as Partial<SignedBlock> & { context?: Uint8Array }
      return { code: 'success', context: given.context ?? digests.at(0).digest, data: given.bytes ?? context }
    })
  })
  nodes.links.mesh.addLink('b', 'liar')
  b.open()
  await nodes.advanceToSlot(headSlot, 300)
  a.open()
  await nodes.advanceToSlot(headSlot, 990)
  expect(liar.peers).toHaveLength(0)
  expect(b.chain.head.root).toBe(blocks.at(-1)?.root)
  expect(nodes.defects).toEqual([])
})

test('a peer that never answers is left alone for a while, and another one is followed', async () => {
  const { nodes, a, b } = await openPair()
  const digest = GossipTopics.of(nodes.protocol.config).at(4).digest
  const claim = {
    forkDigest: digest,
    finalizedRoot: `0x${'33'.repeat(32)}`,
    finalizedEpoch: 9,
    headRoot: `0x${'44'.repeat(32)}`,
    headSlot,
  }
  openImpostor(nodes, 'mute', (protocol) =>
    protocol === protocolIds.blocksByRange
      ? [{ code: 'resource-unavailable', context: new Uint8Array(), data: Buffer.from('later') }]
      : [{ code: 'success', context: new Uint8Array(), data: encodeStatus(claim, 2) }],
  )
  nodes.links.mesh.addLink('b', 'mute')
  b.open()
  await nodes.advanceToSlot(headSlot, 300)
  a.open()
  await nodes.advanceToSlot(headSlot, 990)
  expect(b.chain.head.root).toBe(blocks.at(-1)?.root)
  expect(b.sync.peers.map(({ peerId }) => peerId).toSorted()).toEqual(['a', 'mute'])
  expect(nodes.defects).toEqual([])
})

test('requests for blocks are answered within their limits', async () => {
  const { a } = await openPair()
  const serve = (protocol: string, request: Uint8Array) => collect(a.sync.serve(protocol, request, 'peer'))
  const slots = (chunks: readonly ResponseChunk[]) =>
    chunks.map(({ data }) => builder.protocol.decodeBlock(data).slot)
  const byRange = await serve(protocolIds.blocksByRange, rangeRequest(30, 128))
  expect(slots(byRange)).toEqual([30, 31, 32, 33, 34, 35, 36])
  const digests = GossipTopics.of(builder.protocol.config)
  const early = await serve(protocolIds.blocksByRange, rangeRequest(15, 2))
  expect(early.map(({ context }) => Buffer.from(context).toString('hex'))).toEqual([
    digests.at(1).digestHex,
    digests.at(2).digestHex,
  ])
  expect(slots(await serve(protocolIds.blocksByRange, rangeRequest(3, 10, 4)))).toEqual([3])
  for (const request of [
    rangeRequest(1, 0),
    rangeRequest(1, 129),
    rangeRequest(1, 1, 0),
    rangeRequest(2 ** 53, 5),
  ]) {
    expect((await serve(protocolIds.blocksByRange, request)).map(({ code }) => code)).toEqual([
      'invalid-request',
    ])
  }
  const roots = [blocks[4], branch[0], blocks[35], blocks[4]].map((block) => fromHex(block?.root ?? ''))
  const byRoot = await serve(protocolIds.blocksByRoot, Buffer.concat(roots))
  expect(slots(byRoot)).toEqual([5, 36])
  expect(await serve(protocolIds.blocksByRoot, new Uint8Array(129 * 32))).toMatchObject([
    { code: 'invalid-request' },
  ])
  expect(await serve(protocolIds.metadataV3, new Uint8Array(1))).toMatchObject([{ code: 'invalid-request' }])
})

test('status, ping and metadata tell of the node', async () => {
  const { nodes, a, b } = await openPair()
  a.open()
  b.open()
  const version = 2
  const [answer] = await collect(a.sync.serve(protocolIds.statusV2, new Uint8Array(92), 'nobody'))
  const status = decodeStatus(answer?.data ?? new Uint8Array(), version)
  const { finalizedCheckpoint } = a.chain.forkChoice
  expect(status).toMatchObject({
    headRoot: blocks.at(-1)?.root,
    headSlot,
    finalizedEpoch: finalizedCheckpoint.epoch,
    finalizedRoot: finalizedCheckpoint.root,
  })
  const asked = Promise.all([b.sync.reqResp.ping('a'), b.sync.reqResp.metadata('a')])
  await nodes.advanceToSlot(headSlot, 900)
  const [ping, metadata] = await asked
  expect(ping).toBe(0n)
  expect(metadata.attnets.getTrueBitIndexes()).toHaveLength(64)
  expect('custodyGroupCount' in metadata && metadata.custodyGroupCount).toBe(128)
  expect(toRootHex(fromHex(status?.headRoot ?? ''))).toBe(a.chain.head.root)
})
