import { BitArray } from '@chainsafe/ssz'
import type { SignedAggregateAndProof } from '@lodestar/types'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { forkChain, forkManifests } from './support/fork-manifests.ts'
import type { TestMessages } from './support/test-messages.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

activatePreset(forkChain)
const { ssz } = await import('@lodestar/types')
const { encodeAggregate } = await import('../../../../src/embedded/gossip/aggregate-message.ts')
const { headSlot, noSignature, RuleBench } = await import('./support/rule-bench.ts')

type Bench = Awaited<ReturnType<typeof RuleBench.create>>

describe.each(forkManifests)('%s', (fork, manifest) => {
  let bench: Bench
  let messages: Bench['messages']
  let head: SignedBlock
  let node: GossipTestNode

  beforeAll(async () => {
    bench = await RuleBench.create(manifest)
    ;({ messages, head } = bench)
  })

  const judge = (kind: TopicKind, data: Uint8Array, subnet = 0) => bench.judge(node, kind, data, subnet)

  const isDeneb = fork === 'deneb'
  const valid = (choices: Parameters<TestMessages['aggregate']>[2] = {}, slot = headSlot) =>
    messages.aggregate(head, slot, choices)
  const judgeOne = (aggregate: SignedAggregateAndProof<Fork>) =>
    judge('beacon_aggregate_and_proof', encodeAggregate(aggregate))
  const refused = (aggregate: SignedAggregateAndProof<Fork>, expected: string) =>
    bench.expectRefused('beacon_aggregate_and_proof', encodeAggregate(aggregate), expected)
  const changed = (change: (message: SignedAggregateAndProof<Fork>['message']) => void) => {
    // A copy that remembers no root.
    const type = isDeneb ? ssz.phase0.SignedAggregateAndProof : ssz.electra.SignedAggregateAndProof
    const { message } = type.deserialize(encodeAggregate(valid()))
    change(message)
    return messages.signAggregate(message)
  }

  test('a valid one is accepted; one that it covers, and one of the same aggregator, are not', async () => {
    node = await bench.newNode()
    expect(await judgeOne(valid({ positions: [0, 1] }))).toBe('accept')
    expect(node.pools.attestations.size).toBe(1)
    expect(await judgeOne(valid({ aggregator: 1, positions: [1] }))).toBe(
      'ignore: already seen aggregate for this data',
    )
    expect(await judgeOne(valid({ aggregator: 0, positions: [2] }))).toBe(
      'ignore: already seen aggregate for this epoch and aggregator',
    )
    expect(await judgeOne(valid({ aggregator: 2, positions: [1, 2] }))).toBe('accept')
    expect(await judgeOne(valid({ committeeIndex: 1, positions: [1] }))).toBe('accept')
  })

  test('an unknown block', () =>
    refused(
      changed(({ aggregate }) => {
        aggregate.data.beaconBlockRoot = new Uint8Array(32).fill(7)
      }),
      'ignore: block being voted for has not been seen',
    ))

  test('a slot that is to come', () =>
    refused(valid({}, headSlot + 1), 'ignore: aggregate slot is from a future slot'))

  test('a target of another epoch', () =>
    refused(
      changed(({ aggregate }) => {
        aggregate.data.target.epoch = 0
      }),
      'reject: attestation epoch does not match target epoch',
    ))

  test('the wrong number of bits', () =>
    refused(valid({ bitCount: 5 }), 'reject: aggregation bits length does not match committee size'))

  test('nobody', () => refused(valid({ positions: [] }), 'reject: aggregate has no participants'))

  test('an aggregator of another committee', () => {
    const [stranger = 0] = messages.committee(head, headSlot, 1)
    return refused(
      changed((message) => {
        message.aggregatorIndex = stranger
      }),
      'reject: aggregator is not a member of the committee',
    )
  })

  test('wrong signatures', async () => {
    await refused(
      changed((message) => {
        message.selectionProof = valid({ aggregator: 1 }).message.selectionProof
      }),
      'reject: invalid selection proof signature',
    )
    await refused({ ...valid(), signature: noSignature }, 'reject: invalid aggregator signature')
    await refused(
      changed(({ aggregate }) => {
        aggregate.signature = valid({ positions: [0] }).message.aggregate.signature
      }),
      'reject: invalid aggregate signature',
    )
  })

  if (!isDeneb)
    test('two committees, or none, or a data index', async () => {
      for (const committees of [[], [0, 1]]) {
        await refused(
          changed(({ aggregate }) => {
            const committeeBits = BitArray.fromBitLen(4)
            for (const index of committees) committeeBits.set(index, true)
            Object.assign(aggregate, { committeeBits })
          }),
          'reject: aggregate committee bits must specify exactly one committee',
        )
      }
      await refused(
        changed(({ aggregate }) => {
          aggregate.data.index = 1
        }),
        'reject: aggregate data index is non-zero',
      )
    })
})
