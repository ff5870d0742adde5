import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { PublishError } from '../../../../src/embedded/production/publisher.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { sszTypesFor } = await import('@lodestar/types')
const { BlockImportError } = await import('../../../../src/embedded/chain/errors.ts')
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { encodeAttestation } = await import('../../../../src/embedded/gossip/attestation-message.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('./support/test-nodes.ts')
const { TestMessages } = await import('./support/test-messages.ts')

let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
let messages: InstanceType<typeof TestMessages>
let nodes: InstanceType<typeof TestNodes>
let node: GossipTestNode
let block: SignedBlock

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  messages = new TestMessages(builder)
  block = await builder.build({ parent: builder.genesis.block, slot: 1 })
})

beforeEach(async () => {
  nodes = new TestNodes(builder)
  node = await nodes.add('node')
  node.open()
})

function handle(
  by: GossipTestNode,
  kind: 'beacon_block' | 'beacon_attestation',
  data: Uint8Array,
  subnet = 0,
) {
  const topic = GossipTopics.of(nodes.protocol.config).topic(kind, 0, subnet).name
  return by.gossip.handle({ topic, data, id: '' }, 'peer')
}

function ownCopy(): SignedBlock {
  return nodes.protocol.decodeBlock(block.bytes)
}

/** The slot's committees come after those of slot 0, two of them. */
const subnet = 2

describe('what is early', () => {
  test('a block within the disparity of clocks passes at once, and is imported when its slot starts', async () => {
    await nodes.advanceToSlot(1, -300)
    expect(await handle(node, 'beacon_block', block.bytes)).toBe('accept')
    await nodes.advanceToSlot(1, -1)
    expect(node.chain.head.slot).toBe(0)
    await nodes.advanceToSlot(1)
    expect(node.chain.head.root).toBe(block.root)
    expect(nodes.defects).toEqual([])
  })

  test('a block that is earlier is held back until then', async () => {
    await nodes.advanceToSlot(1, -900)
    const verdicts: string[] = []
    void Promise.resolve(handle(node, 'beacon_block', block.bytes)).then((verdict) => verdicts.push(verdict))
    await nodes.advanceToSlot(1, -501)
    expect(verdicts).toEqual([])
    expect(node.gossip.heldCount).toBe(1)
    await nodes.advanceToSlot(1, -500)
    expect(verdicts).toEqual(['accept'])
    expect(node.gossip.heldCount).toBe(0)
  })

  test('a block that is more than a slot early is ignored', async () => {
    const later = await builder.build({ parent: block, slot: 3 })
    await nodes.advanceToSlot(1)
    expect(await handle(node, 'beacon_block', later.bytes)).toBe('ignore')
    expect(node.gossip.heldCount).toBe(0)
  })
})

describe('a vote for a block that is not known', () => {
  test('waits for the block, and counts then', async () => {
    await nodes.advanceToSlot(1)
    const vote = messages.attestation(block, 1)
    const verdict = handle(node, 'beacon_attestation', encodeAttestation(vote), subnet)
    await nodes.advanceToSlot(1, 20)
    expect(node.gossip.heldCount).toBe(1)
    expect(await handle(node, 'beacon_block', block.bytes)).toBe('accept')
    await nodes.advanceToSlot(2)
    expect(await verdict).toBe('accept')
    const [attester = 0] = messages.committee(block, 1)
    expect(node.chain.forkChoice.getLatestMessage(attester)).toEqual({ epoch: 0, root: block.root })
    expect(node.pools.attestations.size).toBe(1)
  })

  test('is ignored when the block does not come', async () => {
    await nodes.advanceToSlot(1)
    const verdict = handle(
      node,
      'beacon_attestation',
      encodeAttestation(messages.attestation(block, 1)),
      subnet,
    )
    await nodes.advanceToSlot(6)
    expect(await verdict).toBe('ignore')
    expect(node.gossip.heldCount).toBe(0)
    expect(node.pools.attestations.size).toBe(0)
  })

  test('makes the node ask the sender for the block', async () => {
    const other = await nodes.add('other')
    nodes.links.mesh.addLink('node', 'other')
    await nodes.advanceToSlot(1)
    await other.chain.importBlock(ownCopy())
    other.open()
    await nodes.advanceToSlot(1, 100)
    expect(node.chain.head.slot).toBe(0)
    await other.gossip.publishAttestations([messages.attestation(block, 1)])
    await nodes.advanceToSlot(1, 300)
    expect(node.chain.head.root).toBe(block.root)
    expect(node.pools.attestations.size).toBe(1)
    expect(nodes.defects).toEqual([])
  })
})

describe('work that is shared', () => {
  test('a signature is verified once for all nodes, and each node judges by what it knows itself', async () => {
    const [other, stranger] = [await nodes.add('other'), await nodes.add('stranger')]
    await nodes.advanceToSlot(1)
    for (const one of [node, other]) await one.chain.importBlock(ownCopy())
    const verify = vi.spyOn(nodes.protocol.signatures, 'verify')
    const data = encodeAttestation(messages.attestation(block, 1))
    expect(await handle(node, 'beacon_attestation', data, subnet)).toBe('accept')
    // At once, since nothing is left to be found out.
    expect(handle(other, 'beacon_attestation', data, subnet)).toBe('accept')
    expect(handle(stranger, 'beacon_attestation', data, subnet)).toBe('ignore')
    expect(verify).toHaveBeenCalledTimes(1)
  })

  test('a message that is invalid is rejected by each node', async () => {
    const other = await nodes.add('other')
    await nodes.advanceToSlot(1)
    for (const one of [node, other]) await one.chain.importBlock(ownCopy())
    const data = encodeAttestation({ ...messages.attestation(block, 1), signature: new Uint8Array(96) })
    expect(await handle(node, 'beacon_attestation', data, subnet)).toBe('reject')
    expect(await handle(other, 'beacon_attestation', data, subnet)).toBe('reject')
    expect(await handle(other, 'beacon_attestation', data.subarray(1), subnet)).toBe('reject')
  })
})

describe('own messages', () => {
  test('what the rules refuse is not published, and the error names it', async () => {
    await nodes.advanceToSlot(1)
    await node.chain.importBlock(ownCopy())
    const publish = vi.spyOn(node.wire, 'publish')
    const [good, bad] = [messages.attestation(block, 1), messages.attestation(block, 1, { position: 1 })]
    const error = await node.gossip
      .publishAttestations([good, { ...bad, signature: new Uint8Array(96) }])
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PublishError)
    expect(error).toMatchObject({
      failures: [{ index: 1, verdict: 'reject', reason: 'invalid attestation signature' }],
    })
    expect(publish).toHaveBeenCalledTimes(1)
    expect(node.pools.attestations.size).toBe(1)
    // What was published before counts as published.
    await expect(node.gossip.publishAttestations([good])).resolves.toBeUndefined()
    expect(publish).toHaveBeenCalledTimes(1)
  })

  test('a vote for an unknown block is refused at once', async () => {
    await nodes.advanceToSlot(1)
    await expect(node.gossip.publishAttestations([messages.attestation(block, 1)])).rejects.toMatchObject({
      failures: [{ verdict: 'ignore', reason: 'block being voted for has not been seen' }],
    })
    expect(node.gossip.heldCount).toBe(0)
  })

  test('a block is imported when it is published; one that cannot be is sent, and its failure told', async () => {
    await nodes.advanceToSlot(1)
    await node.gossip.publishBlock(ownCopy())
    expect(node.chain.head.root).toBe(block.root)
    await expect(node.gossip.publishBlock(ownCopy())).resolves.toBeUndefined()
    await nodes.advanceToSlot(2)
    const next = await builder.build({ parent: block, slot: 2 })
    // A copy that remembers no root.
    const { message } = sszTypesFor(next.fork).SignedBeaconBlock.deserialize(next.bytes)
    message.stateRoot = new Uint8Array(32)
    const invalid = nodes.protocol.signedBlock(builder.signed(message).value)
    const publish = vi.spyOn(node.wire, 'publish')
    await expect(node.gossip.publishBlock(invalid)).rejects.toBeInstanceOf(BlockImportError)
    expect(publish).toHaveBeenCalledTimes(1)
    expect(node.chain.head.root).toBe(block.root)
  })

  test('each is told of, once', async () => {
    await nodes.advanceToSlot(1)
    const kinds: string[] = []
    node.gossip.events.on('accept', ({ kind }) => kinds.push(kind))
    await node.gossip.publishBlock(ownCopy())
    await node.gossip.publishAttestations([messages.attestation(block, 1)])
    await node.gossip.publishProposerSlashing(messages.proposerSlashing(3, 1))
    await node.gossip.publishProposerSlashing(messages.proposerSlashing(3, 1))
    expect(kinds).toEqual(['beacon_block', 'beacon_attestation', 'proposer_slashing'])
  })

  test("a listener that throws is the node's failure, and nothing else", async () => {
    await nodes.advanceToSlot(1)
    node.gossip.events.on('accept', () => {
      throw new Error('a listener failed')
    })
    await node.gossip.publishBlock(ownCopy())
    expect(node.chain.head.root).toBe(block.root)
    await nodes.advanceToSlot(1, 1)
    expect(nodes.defects.map(String)).toEqual(['Error: a listener failed'])
  })
})
