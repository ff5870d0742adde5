import { DOMAIN_AGGREGATE_AND_PROOF, DOMAIN_SELECTION_PROOF } from '@lodestar/params'
import {
  computeSigningRoot,
  isAggregatorFromCommitteeLength,
  SignatureSetType,
} from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import { type AggregateMessage, type AggregatePlace, decodeAggregate } from '../aggregate-message.ts'
import { domainAtEpoch } from '../attestation-content.ts'
import { setPositions } from '../bits.ts'
import { shufflingOf } from '../committee-places.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import { alreadyKnown, ignore, type Refusal, reject } from '../verdicts.ts'
import { voteAfter, voteBefore } from './votes.ts'

/**
 * `validate_beacon_aggregate_and_proof_gossip` (electra/p2p-interface.md, and deneb's). The rules of time come
 * before those of the committee, as for attestations.
 */
export const beaconAggregateRules: TopicRules<AggregateMessage> = {
  decode: (bytes, { fork }, shared) => decodeAggregate(bytes, fork, shared),
  epoch: ({ content }, { time }) => time.slots.epochOf(content.slot),
  before,
  signatures,
  after: ({ content }, node) => voteAfter(content, node),
  accept(message, { seen, pools, chain }) {
    const { epoch } = message.content.target
    const place = placeOf(message)
    seen.aggregators.add(epoch, message.aggregatorIndex)
    seen.aggregates.add(epoch, message.key, message.bits.uint8Array)
    pools.attestations.addAggregate(message.validated(place))
    chain.importAttestation(message.forForkChoice(place))
  },
}

function before(message: AggregateMessage, node: GossipNode): Refusal | undefined {
  const { content, aggregatorIndex, bits, committeeIndex } = message
  const { epoch } = content.target

  // [REJECT] The aggregate attestation's data index is zero
  if (message.hasCommitteeBits && content.data.index !== 0) return reject('aggregate data index is non-zero')

  // [REJECT] Exactly one committee is specified by the committee bits
  if (committeeIndex === undefined) {
    return reject('aggregate committee bits must specify exactly one committee')
  }

  // [IGNORE] A valid aggregate with a superset of aggregation bits has not already been seen
  if (node.seen.aggregates.hasSuperset(epoch, message.key, bits.uint8Array)) {
    return alreadyKnown('already seen aggregate for this data')
  }

  // [IGNORE] This is the first valid aggregate for this epoch and aggregator
  if (node.seen.aggregators.has(epoch, aggregatorIndex)) {
    return alreadyKnown('already seen aggregate for this epoch and aggregator')
  }

  return voteBefore(content, node, 'aggregate') ?? beforeInCommittee(message, node)
}

function beforeInCommittee(message: AggregateMessage, node: GossipNode): Refusal | undefined {
  // [REJECT] The committee index is within the expected range
  message.place ??= findPlace(message, node)
  if (message.place === undefined) return ignore('the state of the block being voted for is not available')
  if (message.place === null) return reject('committee index out of range')
  const { committee, attestingIndices, isSelected, isMember } = message.place

  // [REJECT] The number of aggregation bits matches the committee size
  if (message.bits.bitLen !== committee.length) {
    return reject('aggregation bits length does not match committee size')
  }

  // [REJECT] The aggregate attestation has participants
  if (attestingIndices.length < 1) return reject('aggregate has no participants')

  // [REJECT] The selection proof selects the validator as an aggregator
  if (!isSelected) return reject('validator is not selected as aggregator')

  // [REJECT] The aggregator is a member of the committee
  if (!isMember) return reject('aggregator is not a member of the committee')
  return undefined
}

function signatures(message: AggregateMessage, { protocol }: GossipNode): SignatureCheck[] {
  const { content, aggregatorIndex: index, value } = message
  const { indexed, aggregate } = SignatureSetType
  const domain = (type: Uint8Array) => domainAtEpoch(protocol.config, type, content.target.epoch)
  const slotRoot = computeSigningRoot(ssz.Slot, content.slot, domain(DOMAIN_SELECTION_PROOF))
  const container = message.hasCommitteeBits ? ssz.electra.AggregateAndProof : ssz.phase0.AggregateAndProof
  const proofRoot = computeSigningRoot<typeof value.message>(
    container,
    value.message,
    domain(DOMAIN_AGGREGATE_AND_PROOF),
  )
  const attestation = {
    indices: [...placeOf(message).attestingIndices],
    signingRoot: content.signingRoot,
    signature: value.message.aggregate.signature,
  }
  return [
    // [REJECT] The selection proof signature is valid
    {
      reason: 'invalid selection proof signature',
      sets: [{ type: indexed, index, signingRoot: slotRoot, signature: value.message.selectionProof }],
    },
    // [REJECT] The aggregator signature is valid
    {
      reason: 'invalid aggregator signature',
      sets: [{ type: indexed, index, signingRoot: proofRoot, signature: value.signature }],
    },
    // [REJECT] The aggregate signature is valid
    { reason: 'invalid aggregate signature', sets: [{ type: aggregate, ...attestation }] },
  ]
}

/** @returns undefined when the committees are not known here, null when there is no such committee */
function findPlace(message: AggregateMessage, node: GossipNode): AggregatePlace | null | undefined {
  const { content, committeeIndex = 0, bits } = message
  const shuffling = shufflingOf(node, content.blockRoot, content.target.epoch)
  if (shuffling === undefined) return undefined
  const committee = shuffling.committees[content.slot % node.time.slots.slotsPerEpoch]?.[committeeIndex]
  if (committee === undefined) return null
  const positions = bits.bitLen === committee.length ? setPositions(bits) : []
  return {
    committee,
    attestingIndices: positions.map((position) => committee[position] ?? 0),
    isSelected: isAggregatorFromCommitteeLength(committee.length, message.value.message.selectionProof),
    isMember: committee.includes(message.aggregatorIndex),
  }
}

/** The place that `before` has found. */
function placeOf({ place }: AggregateMessage): AggregatePlace {
  if (!place) throw new Error('An aggregate is past its first rules without a committee.')
  return place
}
