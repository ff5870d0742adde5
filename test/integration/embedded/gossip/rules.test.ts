import { BitArray } from '@chainsafe/ssz'
import type { ForkName } from '@lodestar/params'
import type { SignedAggregateAndProof, SingleAttestation } from '@lodestar/types'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TopicKind } from '../../../../src/embedded/gossip/topics.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { GossipTestNode } from './support/test-nodes.ts'

const forks = ['deneb', 'electra', 'fulu'] as const
const manifests = forks.map((fork) => [fork, testManifest({ forks: { [fork]: 0 } })] as const)
activatePreset(manifests[0]?.[1].chain ?? testManifest().chain)
const { ssz, sszTypesFor } = await import('@lodestar/types')
const { fromHex } = await import('@lodestar/utils')
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { encodeAggregate } = await import('../../../../src/embedded/gossip/aggregate-message.ts')
const { encodeAttestation } = await import('../../../../src/embedded/gossip/attestation-message.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestNodes } = await import('./support/test-nodes.ts')
const { TestMessages } = await import('./support/test-messages.ts')

/** Slot of the head, and of the clock: the third of the second epoch. */
const headSlot = 10
const farFuture = 2 ** 40
const noSignature = new Uint8Array(96)

describe.each(manifests)('%s', (fork, manifest) => {
  let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
  let nodes: InstanceType<typeof TestNodes>
  let messages: InstanceType<typeof TestMessages>
  let blocks: SignedBlock[]
  let head: SignedBlock
  let node: GossipTestNode
  let nodeCount = 0

  beforeAll(async () => {
    builder = await ChainBuilder.create(manifest)
    messages = new TestMessages(builder)
    nodes = new TestNodes(builder)
    await nodes.advanceToSlot(headSlot)
    blocks = await builder.buildMany(headSlot, {
      parent: builder.genesis.block,
      slot: 1,
      syncAggregate: false,
    })
    head = blockOf(headSlot)
  })

  function blockOf(slot: number): SignedBlock {
    const block = blocks[slot - 1]
    if (block === undefined) throw new RangeError(`There is no block of slot ${slot}.`)
    return nodes.protocol.decodeBlock(block.bytes)
  }

  /** A node at the head that takes no part: nothing is held back for later. */
  async function newNode(): Promise<GossipTestNode> {
    const fresh = await nodes.add(`node-${nodeCount++}`)
    for (const block of blocks) await fresh.chain.importBlock(nodes.protocol.decodeBlock(block.bytes))
    return fresh
  }

  /** What a node says of a message from a peer. */
  async function judge(
    kind: TopicKind,
    data: Uint8Array,
    { subnet = 0, by = node }: { subnet?: number; by?: GossipTestNode } = {},
  ): Promise<string> {
    let reason = ''
    const listener = ({ refusal }: { refusal: { reason: string } }) => {
      reason = `: ${refusal.reason}`
    }
    by.gossip.events.once('refuse', listener)
    const topic = GossipTopics.of(nodes.protocol.config).topic(kind, 1, subnet).name
    const verdict = await by.gossip.handle({ topic, data, id: '' }, 'peer')
    by.gossip.events.off('refuse', listener)
    return `${verdict}${reason}`
  }

  /** All that a message could have changed. */
  function stateOf({ chain, pools }: GossipTestNode) {
    return {
      head: chain.head.root,
      forkChoice: chain.forkChoice.dump(),
      votes: Array.from({ length: 64 }, (_, index) => chain.forkChoice.getLatestMessage(index)),
      pools: [pools.attestations.size, pools.operations.size, pools.syncCommittee.size],
    }
  }

  async function expectRefused(
    kind: TopicKind,
    data: Uint8Array,
    expected: string,
    subnet = 0,
  ): Promise<void> {
    node = await newNode()
    const before = stateOf(node)
    expect(await judge(kind, data, { subnet })).toBe(expected)
    expect(stateOf(node)).toEqual(before)
    expect(nodes.defects).toEqual([])
  }

  describe('beacon_block', () => {
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

    test('a valid one is accepted once', async () => {
      const next = await build()
      await nodes.advanceToSlot(headSlot + 1)
      try {
        node = await newNode()
        expect(await judge('beacon_block', next.bytes)).toBe('accept')
        expect(await judge('beacon_block', next.bytes)).toBe(
          'ignore: block is not the first valid block for this slot and proposer',
        )
      } finally {
        nodes = new TestNodes(builder)
        await nodes.advanceToSlot(headSlot)
      }
    })

    test('an early one', async () => {
      const next = await build({ slot: headSlot + 2 })
      await expectRefused('beacon_block', next.bytes, 'ignore: block is from a future slot')
    })

    test('one whose parent is not known', async () => {
      const data = changed((message) => {
        message.parentRoot = new Uint8Array(32).fill(1)
      }, head)
      await expectRefused('beacon_block', data, "ignore: block's parent has not been seen")
    })

    test('one whose parent is invalid', async () => {
      node = await newNode()
      node.gossip.start()
      const parent = nodes.protocol.decodeBlock(
        changed((message) => {
          message.stateRoot = new Uint8Array(32).fill(1)
        }, blockOf(headSlot)),
      )
      await expect(node.chain.importBlock(parent)).rejects.toThrow('state root')
      const data = changed((message) => {
        message.parentRoot = fromHex(parent.root)
      }, blockOf(headSlot))
      expect(await judge('beacon_block', data)).toBe(
        "reject: block's parent is invalid and its payload is optimistic",
      )
      node.gossip.stop()
    })

    test('a proposer that does not exist', async () => {
      const value = decodeSigned(head)
      value.message.proposerIndex = 64
      const bytes = encodeSigned(value)
      await expectRefused('beacon_block', bytes, 'reject: proposer index out of range')
    })

    test('a wrong signature', async () => {
      const value = decodeSigned(head)
      value.message.body.graffiti = new Uint8Array(32).fill(9)
      await expectRefused('beacon_block', encodeSigned(value), 'reject: invalid proposer signature')
      const unsigned = encodeSigned({ ...value, signature: noSignature })
      await expectRefused('beacon_block', unsigned, 'reject: invalid proposer signature')
    })

    test('a wrong timestamp of the payload', async () => {
      const data = changed((message) => {
        message.body.executionPayload.timestamp += 1
      }, head)
      await expectRefused('beacon_block', data, 'reject: incorrect execution payload timestamp')
    })

    test('one that is not later than its parent', async () => {
      const data = changed((message) => {
        message.parentRoot = fromHex(head.root)
      }, head)
      await expectRefused('beacon_block', data, 'reject: block is not from a higher slot than its parent')
    })

    test('too many commitments', async () => {
      const limit = nodes.protocol.config.getMaxBlobsPerBlock(1)
      const data = changed((message) => {
        message.body.blobKzgCommitments = Array.from({ length: limit + 1 }, () => new Uint8Array(48))
      }, head)
      await expectRefused('beacon_block', data, 'reject: too many blob kzg commitments')
    })

    test('another proposer than the expected one', async () => {
      const data = changed((message) => {
        message.proposerIndex = (message.proposerIndex + 1) % 64
      }, head)
      await expectRefused(
        'beacon_block',
        data,
        'reject: block proposer_index does not match expected proposer',
      )
    })

    test('one of a finalized slot', async () => {
      const data = changed((message) => {
        message.slot = 0
      }, head)
      await expectRefused(
        'beacon_block',
        data,
        'ignore: block is not from a slot greater than the latest finalized slot',
      )
    })
  })

  describe('beacon_attestation', () => {
    const isDeneb = fork === 'deneb'
    /** The slot's committees come after those of two slots of the epoch, each with two. */
    const committeesPerSlot = 2
    const subnet = (slot: number, committeeIndex = 0) => (slot % 8) * committeesPerSlot + committeeIndex
    const valid = (
      choices: Parameters<InstanceType<typeof TestMessages>['attestation']>[2] = {},
      slot = headSlot,
    ) => messages.attestation(head, slot, choices)
    const refused = (attestation: SingleAttestation<Fork>, expected: string, inSubnet = subnet(headSlot)) =>
      expectRefused('beacon_attestation', encodeAttestation(attestation), expected, inSubnet)
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
      node = await newNode()
      const data = encodeAttestation(valid())
      expect(await judge('beacon_attestation', data, { subnet: subnet(headSlot) })).toBe('accept')
      expect(await judge('beacon_attestation', new Uint8Array(data), { subnet: subnet(headSlot) })).toBe(
        'ignore: already seen attestation for this epoch and validator',
      )
      expect(node.pools.attestations.size).toBe(1)
    })

    test('every committee and member has a vote', async () => {
      node = await newNode()
      for (const committeeIndex of [0, 1]) {
        for (const position of messages.committee(head, headSlot, committeeIndex).keys()) {
          const data = encodeAttestation(valid({ committeeIndex, position }))
          expect(await judge('beacon_attestation', data, { subnet: subnet(headSlot, committeeIndex) })).toBe(
            'accept',
          )
        }
      }
    })

    test('votes of the previous epoch are accepted', async () => {
      node = await newNode()
      const data = encodeAttestation(messages.attestation(blockOf(3), 3))
      expect(await judge('beacon_attestation', data, { subnet: subnet(3) })).toBe('accept')
    })

    test('two votes of one validator at once', async () => {
      node = await newNode()
      const topic = GossipTopics.of(nodes.protocol.config).topic(
        'beacon_attestation',
        1,
        subnet(headSlot),
      ).name
      const votes = [valid(), messages.attestation(blockOf(9), headSlot)]
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
      refused(
        valid({}, headSlot + 1),
        'ignore: attestation slot is from a future slot',
        subnet(headSlot + 1),
      ))

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
          data.target.root = fromHex(blockOf(7).root)
        }),
        'reject: target block is not an ancestor of LMD vote block',
      ))

    test.runIf(isDeneb)('more than one bit, or none', async () => {
      const attestation = valid()
      for (const positions of [[], [0, 1]]) {
        const aggregationBits = BitArray.fromBitLen(4)
        for (const position of positions) aggregationBits.set(position, true)
        await refused({ ...attestation, aggregationBits } as never, 'reject: attestation is not unaggregated')
      }
    })

    test.runIf(isDeneb)('too many bits', () =>
      refused(
        { ...valid(), aggregationBits: BitArray.fromSingleBit(9, 0) } as never,
        'reject: aggregation bits length does not match committee size',
      ),
    )

    test.runIf(!isDeneb)('a data index that is not zero', () =>
      refused(
        withData((data) => {
          data.index = 1
        }),
        'reject: attestation data index is non-zero',
      ),
    )

    test.runIf(!isDeneb)('a validator of another committee', () => {
      const [stranger = 0] = messages.committee(head, headSlot, 1)
      return refused(
        { ...valid(), attesterIndex: stranger } as never,
        'reject: attester is not a member of the committee',
      )
    })
  })

  describe('beacon_aggregate_and_proof', () => {
    const isDeneb = fork === 'deneb'
    const valid = (
      choices: Parameters<InstanceType<typeof TestMessages>['aggregate']>[2] = {},
      slot = headSlot,
    ) => messages.aggregate(head, slot, choices)
    const judgeOne = (aggregate: SignedAggregateAndProof<Fork>) =>
      judge('beacon_aggregate_and_proof', encodeAggregate(aggregate))
    const refused = (aggregate: SignedAggregateAndProof<Fork>, expected: string) =>
      expectRefused('beacon_aggregate_and_proof', encodeAggregate(aggregate), expected)
    const changed = (change: (message: SignedAggregateAndProof<Fork>['message']) => void) => {
      // A copy that remembers no root.
      const type = isDeneb ? ssz.phase0.SignedAggregateAndProof : ssz.electra.SignedAggregateAndProof
      const { message } = type.deserialize(encodeAggregate(valid()))
      change(message)
      return messages.signAggregate(message)
    }

    test('a valid one is accepted; one that it covers, and one of the same aggregator, are not', async () => {
      node = await newNode()
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

    test.runIf(!isDeneb)('two committees, or none, or a data index', async () => {
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

  describe('sync committees', () => {
    const { SyncCommitteeMessage, SignedContributionAndProof } = ssz.altair

    test('a valid message is accepted once a subnet', async () => {
      node = await newNode()
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
        expectRefused(
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
      node = await newNode()
      const encode = (value: ReturnType<typeof messages.contribution>) =>
        SignedContributionAndProof.serialize(value)
      const judgeOne = (value: ReturnType<typeof messages.contribution>) =>
        judge('sync_committee_contribution_and_proof', encode(value))
      const refused = (value: ReturnType<typeof messages.contribution>, expected: string) =>
        expectRefused('sync_committee_contribution_and_proof', encode(value), expected)
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
            signature: messages.contribution(head, headSlot, { positions: [0] }).message.contribution
              .signature,
          },
        ),
        'reject: invalid aggregate signature',
      )
      const unsigned = SignedContributionAndProof.clone(valid)
      unsigned.message.aggregatorIndex = 64
      await refused(unsigned, 'reject: aggregator index out of range')
    })
  })

  describe('operations on validators', () => {
    test('voluntary exits', async () => {
      const { SignedVoluntaryExit } = ssz.phase0
      const exit = (validatorIndex: number, epoch = 1) =>
        SignedVoluntaryExit.serialize({ message: { validatorIndex, epoch }, signature: noSignature })
      await expectRefused('voluntary_exit', exit(1, 2), 'ignore: voluntary exit epoch is in the future')
      await expectRefused('voluntary_exit', exit(64), 'reject: validator index out of range')
      await expectRefused('voluntary_exit', exit(1), 'reject: validator has not been active long enough')
    })

    test('proposer slashings', async () => {
      const { ProposerSlashing } = ssz.phase0
      node = await newNode()
      const valid = messages.proposerSlashing(5, 9)
      const refused = (slashing: typeof valid, expected: string) =>
        expectRefused('proposer_slashing', ProposerSlashing.serialize(slashing), expected)
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
      node = await newNode()
      const valid = messages.attesterSlashing([3, 5], 9)
      const refused = (slashing: typeof valid, expected: string) =>
        expectRefused('attester_slashing', type.serialize(slashing), expected)
      expect(await judge('attester_slashing', type.serialize(valid))).toBe('accept')
      expect([3, 4, 5].map((index) => node.chain.forkChoice.isEquivocating(index))).toEqual([
        true,
        false,
        true,
      ])
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
      await expectRefused('bls_to_execution_change', change(64), 'reject: validator index out of range')
      await expectRefused(
        'bls_to_execution_change',
        change(1),
        'reject: validator does not have BLS withdrawal credentials',
      )
    })
  })

  test('a topic that is not known, a message that is none, and one of another fork', async () => {
    node = await newNode()
    const refused = (topic: string, data: Uint8Array) => node.gossip.handle({ topic, data, id: '' }, 'peer')
    expect(await refused('/eth2/00000000/beacon_block/ssz_snappy', head.bytes)).toBe('reject')
    expect(await judge('beacon_block', new Uint8Array(11_000_000))).toBe('reject: message is too large')
    expect(await judge('beacon_block', head.bytes.subarray(1))).toBe('reject: message is malformed')
    expect(await judge('voluntary_exit', new Uint8Array(113))).toBe('reject: message is malformed')
  })
})
