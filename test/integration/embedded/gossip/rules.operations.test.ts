import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { forkChain, forkManifests } from './support/fork-manifests.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

activatePreset(forkChain)
const { ssz } = await import('@lodestar/types')
const { noSignature, RuleBench } = await import('./support/rule-bench.ts')

type Bench = Awaited<ReturnType<typeof RuleBench.create>>

describe.each(forkManifests)('%s', (fork, manifest) => {
  let bench: Bench
  let builder: Bench['builder']
  let messages: Bench['messages']
  let node: GossipTestNode

  beforeAll(async () => {
    bench = await RuleBench.create(manifest)
    ;({ builder, messages } = bench)
  })

  const judge = (kind: TopicKind, data: Uint8Array, subnet = 0) => bench.judge(node, kind, data, subnet)

  test('voluntary exits', async () => {
    const { SignedVoluntaryExit } = ssz.phase0
    const exit = (validatorIndex: number, epoch = 1) =>
      SignedVoluntaryExit.serialize({ message: { validatorIndex, epoch }, signature: noSignature })
    await bench.expectRefused('voluntary_exit', exit(1, 2), 'ignore: voluntary exit epoch is in the future')
    await bench.expectRefused('voluntary_exit', exit(64), 'reject: validator index out of range')
    await bench.expectRefused('voluntary_exit', exit(1), 'reject: validator has not been active long enough')
  })

  test('proposer slashings', async () => {
    const { ProposerSlashing } = ssz.phase0
    node = await bench.newNode()
    const valid = messages.proposerSlashing(5, 9)
    const refused = (slashing: typeof valid, expected: string) =>
      bench.expectRefused('proposer_slashing', ProposerSlashing.serialize(slashing), expected)
    expect(await judge('proposer_slashing', ProposerSlashing.serialize(valid))).toBe('accept')
    expect(
      await judge('proposer_slashing', ProposerSlashing.serialize(messages.proposerSlashing(5, 8))),
    ).toBe('ignore: already seen proposer slashing for this proposer')
    const { signedHeader1, signedHeader2 } = valid
    await refused(
      { signedHeader1, signedHeader2: messages.header(5, 8, 2) },
      'reject: header slots do not match',
    )
    await refused(
      { signedHeader1, signedHeader2: messages.header(6, 9, 2) },
      'reject: header proposer indices do not match',
    )
    await refused({ signedHeader1, signedHeader2: signedHeader1 }, 'reject: headers are not different')
    await refused(
      { signedHeader1, signedHeader2: { ...signedHeader2, signature: noSignature } },
      'reject: invalid proposer slashing signature',
    )
    const far = ProposerSlashing.clone(valid)
    far.signedHeader1.message.proposerIndex = 64
    far.signedHeader2.message.proposerIndex = 64
    await refused(far, 'reject: proposer index out of range')
  })

  test('attester slashings', async () => {
    const type = fork === 'deneb' ? ssz.phase0.AttesterSlashing : ssz.electra.AttesterSlashing
    node = await bench.newNode()
    const valid = messages.attesterSlashing([3, 5], 9)
    const refused = (slashing: typeof valid, expected: string) =>
      bench.expectRefused('attester_slashing', type.serialize(slashing), expected)
    expect(await judge('attester_slashing', type.serialize(valid))).toBe('accept')
    expect([3, 4, 5].map((index) => node.chain.forkChoice.isEquivocating(index))).toEqual([true, false, true])
    expect(await judge('attester_slashing', type.serialize(messages.attesterSlashing([3], 8)))).toBe(
      'ignore: all attester slashing indices already seen',
    )
    const { attestation1, attestation2 } = valid
    await refused({ attestation1, attestation2: attestation1 }, 'reject: attestation data is not slashable')
    await refused(
      { attestation1, attestation2: messages.vote([7], 9, 2) },
      'ignore: all attester slashing indices already seen',
    )
    await refused(
      { attestation1: { ...attestation1, attestingIndices: [3, 64] }, attestation2 },
      'reject: validator index out of range in indexed attestation 1',
    )
    await refused(
      { attestation1, attestation2: { ...attestation2, attestingIndices: [5, 3] } },
      'reject: invalid indexed attestation 2',
    )
    await refused(
      { attestation1: { ...attestation1, signature: noSignature }, attestation2 },
      'reject: invalid indexed attestation 1',
    )
  })

  test('changes of withdrawal credentials', async () => {
    const { SignedBLSToExecutionChange } = ssz.capella
    const change = (validatorIndex: number) =>
      SignedBLSToExecutionChange.serialize({
        message: {
          validatorIndex,
          fromBlsPubkey: builder.signer.secretKey(1).toPublicKey().toBytes(),
          toExecutionAddress: new Uint8Array(20),
        },
        signature: noSignature,
      })
    await bench.expectRefused('bls_to_execution_change', change(64), 'reject: validator index out of range')
    await bench.expectRefused(
      'bls_to_execution_change',
      change(1),
      'reject: validator does not have BLS withdrawal credentials',
    )
  })
})
