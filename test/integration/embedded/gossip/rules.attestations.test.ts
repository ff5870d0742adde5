import { BitArray } from '@chainsafe/ssz'
import type { SingleAttestation } from '@lodestar/types'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { forkChain, forkManifests } from './support/fork-manifests.ts'
import type { TestMessages } from './support/test-messages.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

activatePreset(forkChain)
const { fromHex } = await import('@lodestar/utils')
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { encodeAttestation } = await import('../../../../src/embedded/gossip/attestation-message.ts')
const { farFuture, headSlot, noSignature, RuleBench } = await import('./support/rule-bench.ts')

type Bench = Awaited<ReturnType<typeof RuleBench.create>>

describe.each(forkManifests)('%s', (fork, manifest) => {
  let bench: Bench
  let builder: Bench['builder']
  let nodes: Bench['nodes']
  let messages: Bench['messages']
  let head: SignedBlock
  let node: GossipTestNode

  beforeAll(async () => {
    bench = await RuleBench.create(manifest)
    ;({ builder, nodes, messages, head } = bench)
  })

  const judge = (kind: TopicKind, data: Uint8Array, subnet = 0) => bench.judge(node, kind, data, subnet)

  const isDeneb = fork === 'deneb'
  /** The slot's committees come after those of two slots of the epoch, each with two. */
  const committeesPerSlot = 2
  const subnet = (slot: number, committeeIndex = 0) => (slot % 8) * committeesPerSlot + committeeIndex
  const valid = (choices: Parameters<TestMessages['attestation']>[2] = {}, slot = headSlot) =>
    messages.attestation(head, slot, choices)
  const refused = (attestation: SingleAttestation<Fork>, expected: string, inSubnet = subnet(headSlot)) =>
    bench.expectRefused('beacon_attestation', encodeAttestation(attestation), expected, inSubnet)
  /** Changes the data, and signs it again. */
  const withData = (change: (data: SingleAttestation<Fork>['data']) => void) => {
    const attestation = valid()
    const data = structuredClone(attestation.data)
    change(data)
    return valid({ data })
  }

  test('the minimal preset has the committees that this test counts on', async () => {
    expect(
      nodes.protocol.advance(builder.stateOf(head.root), headSlot).epochCtx.getCommitteeCountPerSlot(1),
    ).toBe(committeesPerSlot)
  })

  test('a valid one is accepted once', async () => {
    node = await bench.newNode()
    const data = encodeAttestation(valid())
    expect(await judge('beacon_attestation', data, subnet(headSlot))).toBe('accept')
    expect(await judge('beacon_attestation', new Uint8Array(data), subnet(headSlot))).toBe(
      'ignore: already seen attestation for this epoch and validator',
    )
    expect(node.pools.attestations.size).toBe(1)
  })

  test('every committee and member has a vote', async () => {
    node = await bench.newNode()
    for (const committeeIndex of [0, 1]) {
      for (const position of messages.committee(head, headSlot, committeeIndex).keys()) {
        const data = encodeAttestation(valid({ committeeIndex, position }))
        expect(await judge('beacon_attestation', data, subnet(headSlot, committeeIndex))).toBe('accept')
      }
    }
  })

  test('votes of the previous epoch are accepted', async () => {
    node = await bench.newNode()
    const data = encodeAttestation(messages.attestation(bench.blockOf(3), 3))
    expect(await judge('beacon_attestation', data, subnet(3))).toBe('accept')
  })

  test('two votes of one validator at once', async () => {
    node = await bench.newNode()
    const topic = GossipTopics.of(nodes.protocol.config).topic('beacon_attestation', 1, subnet(headSlot)).name
    const votes = [valid(), messages.attestation(bench.blockOf(9), headSlot)]
    const verdicts = votes.map((vote) =>
      node.gossip.handle({ topic, data: encodeAttestation(vote), id: '' }, 'peer'),
    )
    expect(await Promise.all(verdicts)).toEqual(['accept', 'ignore'])
    expect(node.pools.attestations.size).toBe(1)
  })

  test('an unknown block', () =>
    refused(
      withData((data) => {
        data.beaconBlockRoot = new Uint8Array(32).fill(7)
      }),
      'ignore: block being voted for has not been seen',
    ))

  test('a slot that is to come', () =>
    refused(valid({}, headSlot + 1), 'ignore: attestation slot is from a future slot', subnet(headSlot + 1)))

  test('an epoch of the far future', () =>
    refused(
      withData((data) => {
        data.slot = farFuture
        data.target.epoch = farFuture / 8
      }),
      'ignore: attestation slot is from a future slot',
    ))

  test('a target of another epoch', () =>
    refused(
      withData((data) => {
        data.target.epoch = 0
      }),
      'reject: attestation epoch does not match target epoch',
    ))

  test('a committee that does not exist', () => {
    const attestation = valid()
    const wrong = isDeneb
      ? withData((data) => {
          data.index = 3
        })
      : { ...attestation, committeeIndex: 3 }
    return refused(wrong as SingleAttestation<Fork>, 'reject: committee index out of range')
  })

  test('the wrong subnet', () =>
    refused(valid(), 'reject: attestation is for wrong subnet', subnet(headSlot) + 1))

  test('a wrong signature', async () => {
    await refused(
      { ...valid(), signature: valid({ position: 1 }).signature },
      'reject: invalid attestation signature',
    )
    await refused({ ...valid(), signature: noSignature }, 'reject: invalid attestation signature')
  })

  test('a target that is not in the chain of the block', () =>
    refused(
      withData((data) => {
        data.target.root = fromHex(bench.blockOf(7).root)
      }),
      'reject: target block is not an ancestor of LMD vote block',
    ))

  if (isDeneb)
    test('more than one bit, or none', async () => {
      const attestation = valid()
      for (const positions of [[], [0, 1]]) {
        const aggregationBits = BitArray.fromBitLen(4)
        for (const position of positions) aggregationBits.set(position, true)
        await refused({ ...attestation, aggregationBits } as never, 'reject: attestation is not unaggregated')
      }
    })

  if (isDeneb)
    test('too many bits', () =>
      refused(
        { ...valid(), aggregationBits: BitArray.fromSingleBit(9, 0) } as never,
        'reject: aggregation bits length does not match committee size',
      ))

  if (!isDeneb)
    test('a data index that is not zero', () =>
      refused(
        withData((data) => {
          data.index = 1
        }),
        'reject: attestation data index is non-zero',
      ))

  if (!isDeneb)
    test('a validator of another committee', () => {
      const [stranger = 0] = messages.committee(head, headSlot, 1)
      return refused(
        { ...valid(), attesterIndex: stranger } as never,
        'reject: attester is not a member of the committee',
      )
    })
})
