import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { forkChain, forkManifests } from './support/fork-manifests.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

activatePreset(forkChain)
const { ssz } = await import('@lodestar/types')
const { farFuture, headSlot, noSignature, RuleBench } = await import('./support/rule-bench.ts')

type Bench = Awaited<ReturnType<typeof RuleBench.create>>

describe.each(forkManifests)('%s', (_fork, manifest) => {
  let bench: Bench
  let messages: Bench['messages']
  let head: SignedBlock
  let node: GossipTestNode

  beforeAll(async () => {
    bench = await RuleBench.create(manifest)
    ;({ messages, head } = bench)
  })

  const judge = (kind: TopicKind, data: Uint8Array, subnet = 0) => bench.judge(node, kind, data, subnet)

  const { SyncCommitteeMessage, SignedContributionAndProof } = ssz.altair

  test('a valid message is accepted once a subnet', async () => {
    node = await bench.newNode()
    const data = SyncCommitteeMessage.serialize(messages.syncMessage(head, headSlot))
    expect(await judge('sync_committee', data)).toBe('accept')
    expect(node.pools.syncCommittee.size).toBeGreaterThan(0)
    expect(await judge('sync_committee', data)).toBe(
      'ignore: already seen message from this validator for this slot and subnet',
    )
  })

  test('messages that are refused', async () => {
    const valid = messages.syncMessage(head, headSlot)
    const refused = (change: object, expected: string, subnet = 0) =>
      bench.expectRefused(
        'sync_committee',
        SyncCommitteeMessage.serialize({ ...valid, ...change }),
        expected,
        subnet,
      )
    await refused({ slot: headSlot - 2 }, 'ignore: message is not for the current slot')
    await refused({ slot: farFuture }, 'ignore: message is not for the current slot')
    await refused({ validatorIndex: 64 }, 'reject: validator index out of range')
    await refused({ signature: noSignature }, 'reject: invalid sync committee message signature')
    const members = [...messages.syncCommittee(head, headSlot)]
    const outside = members.findIndex((member) => !members.slice(0, 8).includes(member))
    const stranger = messages.syncMessage(head, headSlot, outside)
    await refused(stranger, 'reject: subnet_id is not valid for the validator')
  })

  test('contributions', async () => {
    node = await bench.newNode()
    const encode = (value: ReturnType<typeof messages.contribution>) =>
      SignedContributionAndProof.serialize(value)
    const judgeOne = (value: ReturnType<typeof messages.contribution>) =>
      judge('sync_committee_contribution_and_proof', encode(value))
    const refused = (value: ReturnType<typeof messages.contribution>, expected: string) =>
      bench.expectRefused('sync_committee_contribution_and_proof', encode(value), expected)
    const valid = messages.contribution(head, headSlot, { positions: [0, 1] })
    const sign = (change: object, contribution: object = {}) => {
      // A copy that remembers no root.
      const { message } = SignedContributionAndProof.deserialize(encode(valid))
      Object.assign(message, change)
      Object.assign(message.contribution, contribution)
      return messages.signContribution(message)
    }
    expect(await judgeOne(valid)).toBe('accept')
    expect(await judgeOne(messages.contribution(head, headSlot, { aggregator: 1, positions: [1] }))).toBe(
      'ignore: already seen contribution for this data',
    )
    expect(await judgeOne(messages.contribution(head, headSlot, { positions: [2] }))).toBe(
      'ignore: already seen contribution from this aggregator',
    )
    await refused(sign({}, { slot: headSlot - 2 }), 'ignore: contribution is not for the current slot')
    await refused(sign({}, { subcommitteeIndex: 4 }), 'reject: subcommittee index out of range')
    await refused(
      messages.contribution(head, headSlot, { positions: [] }),
      'reject: contribution has no participants',
    )
    const members = [...messages.syncCommittee(head, headSlot)]
    const outside = members.find((member) => !members.slice(0, 8).includes(member)) ?? 0
    await refused(sign({ aggregatorIndex: outside }), 'reject: aggregator is not a member of the committee')
    await refused(sign({ selectionProof: noSignature }), 'reject: invalid selection proof signature')
    await refused({ ...valid, signature: noSignature }, 'reject: invalid aggregator signature')
    await refused(
      sign(
        {},
        {
          signature: messages.contribution(head, headSlot, { positions: [0] }).message.contribution.signature,
        },
      ),
      'reject: invalid aggregate signature',
    )
    const unsigned = SignedContributionAndProof.clone(valid)
    unsigned.message.aggregatorIndex = 64
    await refused(unsigned, 'reject: aggregator index out of range')
  })
})
