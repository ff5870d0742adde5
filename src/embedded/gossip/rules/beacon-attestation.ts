import { SignatureSetType } from '@lodestar/state-transition'
import { type AttestationMessage, type AttesterPlace, decodeAttestation } from '../attestation-message.ts'
import { shufflingOf } from '../committee-places.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import { subnetForAttestation, type Topic } from '../topics.ts'
import { alreadyKnown, ignore, type Refusal, reject } from '../verdicts.ts'
import { voteAfter, voteBefore } from './votes.ts'

/**
 * `validate_beacon_attestation_gossip` (electra/p2p-interface.md; deneb's for an attestation with bits).
 *
 * In one thing the order differs: the rules of time come before those of the committee, since the committees
 * of any epoch that somebody writes into a message could cost a state transition of any length.
 */
export const beaconAttestationRules: TopicRules<AttestationMessage> = {
  decode: (bytes, { fork }, shared) => decodeAttestation(bytes, fork, shared),
  epoch: ({ content }, { time }) => time.slots.epochOf(content.slot),
  before,
  signatures: (message) => [attesterSignature(message)],
  after: ({ content }, node) => voteAfter(content, node),
  accept(message, { seen, pools, chain }) {
    const place = placeOf(message)
    seen.attesters.add(message.content.target.epoch, place.attesterIndex)
    pools.attestations.add(message.validated(place))
    chain.importAttestation(message.forForkChoice(place))
  },
}

function before(message: AttestationMessage, node: GossipNode, topic: Topic): Refusal | undefined {
  const { content, attesterIndex } = message
  const isSingle = attesterIndex !== undefined

  // [IGNORE] No other valid attestation seen for this target epoch and validator
  if (isSingle && node.seen.attesters.has(content.target.epoch, attesterIndex)) return alreadySeen()

  // [REJECT] The attestation's data index is zero
  if (isSingle && content.data.index !== 0) return reject('attestation data index is non-zero')

  const refusal = voteBefore(content, node, 'attestation')
  if (refusal !== undefined) return refusal

  // [REJECT] The attestation is unaggregated (exactly one bit set)
  if (!isSingle && message.singleBit === undefined) return reject('attestation is not unaggregated')

  // [REJECT] The committee index is within the expected range
  message.place ??= findPlace(message, node)
  if (message.place === undefined) return ignore('the state of the block being voted for is not available')
  if (message.place === null) return reject('committee index out of range')
  const { subnet, position, committee } = message.place

  // [REJECT] The attestation is for the correct subnet
  if (subnet !== topic.subnet) return reject('attestation is for wrong subnet')

  // [REJECT] The number of aggregation bits matches the committee size
  if (message.bits !== undefined && message.bits.bitLen !== committee.length) {
    return reject('aggregation bits length does not match committee size')
  }

  // [IGNORE] No other valid attestation seen for this target epoch and validator
  if (!isSingle && node.seen.attesters.has(content.target.epoch, message.place.attesterIndex)) {
    return alreadySeen()
  }

  // [REJECT] The attester is a member of the committee
  if (position === -1) return reject('attester is not a member of the committee')

  return undefined
}

/** [REJECT] The attestation signature is valid */
function attesterSignature(message: AttestationMessage): SignatureCheck {
  const { content, value } = message
  const { attesterIndex } = placeOf(message)
  const { indexed } = SignatureSetType
  return {
    reason: 'invalid attestation signature',
    sets: [
      { type: indexed, index: attesterIndex, signingRoot: content.signingRoot, signature: value.signature },
    ],
  }
}

/** @returns undefined when the committees are not known here, null when there is no such committee */
function findPlace(message: AttestationMessage, node: GossipNode): AttesterPlace | null | undefined {
  const { content, committeeIndex } = message
  const { slot, blockRoot, target } = content
  const { slotsPerEpoch } = node.time.slots
  const shuffling = shufflingOf(node, blockRoot, target.epoch)
  if (shuffling === undefined) return undefined
  const { committeesPerSlot } = shuffling
  const committee = shuffling.committees[slot % slotsPerEpoch]?.[committeeIndex]
  if (committee === undefined) return null
  const position = message.singleBit ?? committee.indexOf(message.attesterIndex ?? -1)
  return {
    committee,
    subnet: subnetForAttestation({ committeesPerSlot, slot, committeeIndex, slotsPerEpoch }),
    position,
    attesterIndex: message.attesterIndex ?? committee[position] ?? -1,
  }
}

/** The subnet to which an attestation goes; undefined when its committee is not known here. */
export function subnetOfAttestation(message: AttestationMessage, node: GossipNode): number | undefined {
  if (node.chain.forkChoice.getBlock(message.content.blockRoot) === undefined) return undefined
  if (!node.time.isCurrentOrPreviousEpoch(message.content.target.epoch)) return undefined
  message.place ??= findPlace(message, node)
  return message.place?.subnet
}

/** The place that `before` has found. */
function placeOf({ place }: AttestationMessage): AttesterPlace {
  if (!place) throw new Error('An attestation is past its first rules without a committee.')
  return place
}

function alreadySeen(): Refusal {
  return alreadyKnown('already seen attestation for this epoch and validator')
}
