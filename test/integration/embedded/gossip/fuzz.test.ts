import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { ssz } = await import('@lodestar/types')
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { encodeAggregate } = await import('../../../../src/embedded/gossip/aggregate-message.ts')
const { encodeAttestation } = await import('../../../../src/embedded/gossip/attestation-message.ts')
const { protocolIds } = await import('../../../../src/embedded/sync/protocols.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('./support/test-nodes.ts')
const { TestMessages } = await import('./support/test-messages.ts')

const slot = 3
let nodes: InstanceType<typeof TestNodes>
let node: GossipTestNode
let samples: { kind: TopicKind; subnet: number; data: Uint8Array }[]
let head: SignedBlock

beforeAll(async () => {
  const builder = await ChainBuilder.create(manifest)
  const messages = new TestMessages(builder)
  nodes = new TestNodes(builder)
  await nodes.advanceToSlot(slot)
  const blocks = await builder.buildMany(slot, {
    parent: builder.genesis.block,
    slot: 1,
    syncAggregate: false,
  })
  node = await nodes.add('node')
  for (const block of blocks.slice(0, -1))
    await node.chain.importBlock(nodes.protocol.decodeBlock(block.bytes))
  head = nodes.protocol.decodeBlock(blocks[slot - 2]?.bytes ?? new Uint8Array())
  const last = blocks[slot - 1]?.bytes ?? new Uint8Array()
  const { SyncCommitteeMessage, SignedContributionAndProof } = ssz.altair
  samples = [
    { kind: 'beacon_block', subnet: 0, data: last },
    {
      kind: 'beacon_attestation',
      subnet: 2 * slot,
      data: encodeAttestation(messages.attestation(head, slot)),
    },
    { kind: 'beacon_aggregate_and_proof', subnet: 0, data: encodeAggregate(messages.aggregate(head, slot)) },
    {
      kind: 'sync_committee',
      subnet: 0,
      data: SyncCommitteeMessage.serialize(messages.syncMessage(head, slot)),
    },
    {
      kind: 'sync_committee_contribution_and_proof',
      subnet: 0,
      data: SignedContributionAndProof.serialize(messages.contribution(head, slot)),
    },
    {
      kind: 'proposer_slashing',
      subnet: 0,
      data: ssz.phase0.ProposerSlashing.serialize(messages.proposerSlashing(1, 1)),
    },
    {
      kind: 'attester_slashing',
      subnet: 0,
      data: ssz.electra.AttesterSlashing.serialize(messages.attesterSlashing([1, 2], 1)),
    },
    {
      kind: 'voluntary_exit',
      subnet: 0,
      data: ssz.phase0.SignedVoluntaryExit.serialize(messages.voluntaryExit(1, 0)),
    },
    {
      kind: 'bls_to_execution_change',
      subnet: 0,
      data: ssz.capella.SignedBLSToExecutionChange.serialize(
        ssz.capella.SignedBLSToExecutionChange.defaultValue(),
      ),
    },
  ]
})

/** A valid message, damaged in one of many ways. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), bit: fc.nat() }),
  fc.record({ kind: fc.constant('cut' as const), keep: fc.nat() }),
  fc.record({ kind: fc.constant('extend' as const), by: fc.uint8Array({ minLength: 1, maxLength: 2000 }) }),
  fc.record({
    kind: fc.constant('overwrite' as const),
    at: fc.nat(),
    by: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('replace' as const), by: fc.uint8Array({ maxLength: 2000 }) }),
)
type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never

function damaged(data: Uint8Array, change: Damage): Uint8Array {
  if (change.kind === 'replace') return change.by
  if (change.kind === 'cut') return data.slice(0, change.keep % data.length)
  if (change.kind === 'extend') return Uint8Array.of(...data, ...change.by)
  const copy = new Uint8Array(data)
  if (change.kind === 'overwrite') {
    copy.set(change.by, change.at % (data.length - 8))
  } else {
    const position = change.bit % (data.length * 8)
    copy[position >>> 3] = (copy[position >>> 3] ?? 0) ^ (1 << (position & 7))
  }
  return copy
}

/**
 * A sync committee message begins with its slot, and no signature covers that: what was said of a block in one slot
 * is as valid in the next.
 */
const unsignedSlotBytes = 8

const message = fc.record({ sample: fc.nat(), change: damage })

function damagedSample({ sample, change }: { sample: number; change: Damage }) {
  const chosen = samples[sample % samples.length]
  if (chosen === undefined) throw new RangeError('There are no samples.')
  const topic = GossipTopics.of(nodes.protocol.config).topic(chosen.kind, 0, chosen.subnet).name
  const data = damaged(chosen.data, change)
  const from = chosen.kind === 'sync_committee' ? unsignedSlotBytes : 0
  const isChanged = Buffer.compare(data.subarray(from), chosen.data.subarray(from)) !== 0
  return { isChanged, message: { topic, data, id: '' } }
}

function contents() {
  const { pools, chain } = node
  return {
    pools: [pools.attestations.size, pools.operations.size, pools.syncCommittee.size],
    head: chain.head.root,
    forkChoice: chain.forkChoice.dump(),
  }
}

test('a damaged message is never accepted, never throws, and leaves nothing behind', async () => {
  const before = contents()
  await fc.assert(
    fc.asyncProperty(message, async (choice) => {
      const { isChanged, message } = damagedSample(choice)
      fc.pre(isChanged)
      expect(['ignore', 'reject']).toContain(await node.gossip.handle(message, 'peer'))
    }),
    { numRuns: 400 },
  )
  expect(contents()).toEqual(before)
  expect(nodes.defects).toEqual([])
})

test('what a node that takes part holds back is bounded, and let go in time', async () => {
  node.gossip.start()
  const before = contents()
  const verdicts: Promise<string>[] = []
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (choices) => {
      for (const choice of choices) {
        const { isChanged, message } = damagedSample(choice)
        if (isChanged) verdicts.push(Promise.resolve(node.gossip.handle(message, 'peer')))
      }
      expect(node.gossip.heldCount).toBeLessThanOrEqual(2048)
    }),
    { numRuns: 40 },
  )
  await nodes.advanceToSlot(slot + 6)
  expect(node.gossip.heldCount).toBe(0)
  expect(await Promise.all(verdicts)).not.toContain('accept')
  expect(contents().pools).toEqual(before.pools)
  expect(nodes.defects).toEqual([])
})

test('every request of any bytes is answered', async () => {
  const requests = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .constantFrom(8, 24, 32, 64, 84, 92)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
    fc
      .record({
        start: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        count: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      })
      .map(({ start, count }) => {
        const bytes = Buffer.alloc(24)
        bytes.writeBigUInt64LE(start, 0)
        bytes.writeBigUInt64LE(count, 8)
        bytes.writeBigUInt64LE(1n, 16)
        return new Uint8Array(bytes)
      }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(protocolIds), 'nonsense'),
      requests,
      async (protocol, request) => {
        const codes: string[] = []
        for await (const chunk of node.sync.serve(protocol, request, 'peer')) {
          expect(chunk.data).toBeInstanceOf(Uint8Array)
          codes.push(chunk.code)
        }
        expect(codes.length).toBeLessThanOrEqual(128)
        // Only the last chunk may be an error.
        expect(codes.slice(0, -1).every((code) => code === 'success')).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
  expect(node.sync.peers).toEqual([])
  expect(nodes.defects).toEqual([])
})
