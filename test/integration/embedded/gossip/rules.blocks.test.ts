import type { ForkName } from '@lodestar/params'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { forkChain, forkManifests } from './support/fork-manifests.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

activatePreset(forkChain)
const { sszTypesFor } = await import('@lodestar/types')
const { fromHex } = await import('@lodestar/utils')
const { headSlot, noSignature, RuleBench } = await import('./support/rule-bench.ts')

type Bench = Awaited<ReturnType<typeof RuleBench.create>>

describe.each(forkManifests)('%s', (fork, manifest) => {
  let bench: Bench
  let builder: Bench['builder']
  let nodes: Bench['nodes']
  let head: SignedBlock
  let node: GossipTestNode

  beforeAll(async () => {
    bench = await RuleBench.create(manifest)
    ;({ builder, nodes, head } = bench)
  })

  const judge = (kind: TopicKind, data: Uint8Array, subnet = 0) => bench.judge(node, kind, data, subnet)

  const build = (choices = {}) =>
    builder.build({
      parent: builder.protocol.decodeBlock(head.bytes),
      syncAggregate: false,
      slot: headSlot + 1,
      ...choices,
    })
  const { SignedBeaconBlock } = sszTypesFor(fork as ForkName.fulu)
  const decodeSigned = (block: SignedBlock) => SignedBeaconBlock.deserialize(block.bytes)
  const encodeSigned = (value: ReturnType<typeof decodeSigned>) => SignedBeaconBlock.serialize(value)
  /** Changes a block, and signs it again. */
  const changed = (change: (message: SignedBlock['value']['message']) => void, block: SignedBlock) => {
    const { message } = decodeSigned(block)
    change(message)
    return builder.signed(message).bytes
  }

  test('an early one', async () => {
    const next = await build({ slot: headSlot + 2 })
    await bench.expectRefused('beacon_block', next.bytes, 'ignore: block is from a future slot')
  })

  test('one whose parent is not known', async () => {
    const data = changed((message) => {
      message.parentRoot = new Uint8Array(32).fill(1)
    }, head)
    await bench.expectRefused('beacon_block', data, "ignore: block's parent has not been seen")
  })

  test('one whose parent is invalid', async () => {
    node = await bench.newNode()
    node.gossip.start()
    const parent = nodes.protocol.decodeBlock(
      changed((message) => {
        message.stateRoot = new Uint8Array(32).fill(1)
      }, bench.blockOf(headSlot)),
    )
    await expect(node.chain.importBlock(parent)).rejects.toThrow('state root')
    const data = changed((message) => {
      message.parentRoot = fromHex(parent.root)
    }, bench.blockOf(headSlot))
    expect(await judge('beacon_block', data)).toBe(
      "reject: block's parent is invalid and its payload is optimistic",
    )
    node.gossip.stop()
  })

  test('a proposer that does not exist', async () => {
    const value = decodeSigned(head)
    value.message.proposerIndex = 64
    const bytes = encodeSigned(value)
    await bench.expectRefused('beacon_block', bytes, 'reject: proposer index out of range')
  })

  test('a wrong signature', async () => {
    const value = decodeSigned(head)
    value.message.body.graffiti = new Uint8Array(32).fill(9)
    await bench.expectRefused('beacon_block', encodeSigned(value), 'reject: invalid proposer signature')
    const unsigned = encodeSigned({ ...value, signature: noSignature })
    await bench.expectRefused('beacon_block', unsigned, 'reject: invalid proposer signature')
  })

  test('a wrong timestamp of the payload', async () => {
    const data = changed((message) => {
      message.body.executionPayload.timestamp += 1
    }, head)
    await bench.expectRefused('beacon_block', data, 'reject: incorrect execution payload timestamp')
  })

  test('one that is not later than its parent', async () => {
    const data = changed((message) => {
      message.parentRoot = fromHex(head.root)
    }, head)
    await bench.expectRefused('beacon_block', data, 'reject: block is not from a higher slot than its parent')
  })

  test('too many commitments', async () => {
    const limit = nodes.protocol.config.getMaxBlobsPerBlock(1)
    const data = changed((message) => {
      message.body.blobKzgCommitments = Array.from({ length: limit + 1 }, () => new Uint8Array(48))
    }, head)
    await bench.expectRefused('beacon_block', data, 'reject: too many blob kzg commitments')
  })

  test('another proposer than the expected one', async () => {
    const data = changed((message) => {
      message.proposerIndex = (message.proposerIndex + 1) % 64
    }, head)
    await bench.expectRefused(
      'beacon_block',
      data,
      'reject: block proposer_index does not match expected proposer',
    )
  })

  test('one of a finalized slot', async () => {
    const data = changed((message) => {
      message.slot = 0
    }, head)
    await bench.expectRefused(
      'beacon_block',
      data,
      'ignore: block is not from a slot greater than the latest finalized slot',
    )
  })

  test('a valid one is accepted once', async () => {
    const next = await build()
    await nodes.advanceToSlot(headSlot + 1)
    node = await bench.newNode()
    expect(await judge('beacon_block', next.bytes)).toBe('accept')
    expect(await judge('beacon_block', next.bytes)).toBe(
      'ignore: block is not the first valid block for this slot and proposer',
    )
  })

  test('a topic that is not known, a message that is none, and one of another fork', async () => {
    node = await bench.newNode()
    const refused = (topic: string, data: Uint8Array) => node.gossip.handle({ topic, data, id: '' }, 'peer')
    expect(await refused('/eth2/00000000/beacon_block/ssz_snappy', head.bytes)).toBe('reject')
    expect(await judge('beacon_block', new Uint8Array(11_000_000))).toBe('reject: message is too large')
    expect(await judge('beacon_block', head.bytes.subarray(1))).toBe('reject: message is malformed')
    expect(await judge('voluntary_exit', new Uint8Array(113))).toBe('reject: message is malformed')
  })
})
