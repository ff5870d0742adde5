import { DOMAIN_SYNC_COMMITTEE } from '@lodestar/params'
import { computeSigningRoot, SignatureSetType } from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import { domainAtEpoch } from '../attestation-content.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import {
  decodeSyncCommitteeMessage,
  type SyncCommitteeMessage,
  subcommitteeSize,
  syncCommitteeOf,
} from '../sync-committee-message.ts'
import type { Topic } from '../topics.ts'
import { alreadyKnown, ignore, type Refusal, reject } from '../verdicts.ts'

/** `validate_sync_committee_message_gossip` (altair/p2p-interface.md). */
export const syncCommitteeRules: TopicRules<SyncCommitteeMessage> = {
  decode: decodeSyncCommitteeMessage,
  before,
  signatures: (message, node) => [memberSignature(message, node)],
  accept(message, node, { subnet }) {
    const { slot, validatorIndex } = message.value
    node.seen.syncMessages(subnet).add(slot, validatorIndex)
    const seats = syncCommitteeOf(slot, node)?.validatorIndexMap.get(validatorIndex)
    if (seats !== undefined) node.pools.syncCommittee.addMessage(message.validated(seats))
  },
}

function before({ value }: SyncCommitteeMessage, node: GossipNode, topic: Topic): Refusal | undefined {
  const { slot, validatorIndex } = value

  // [IGNORE] There has been no other valid sync committee message for the declared slot
  // for the validator referenced by sync_committee_message.validator_index
  // (this validation is per topic so that for a given slot, multiple messages could be
  // forwarded with the same validator_index as long as the subnet_ids are distinct)
  if (node.seen.syncMessages(topic.subnet).has(slot, validatorIndex)) {
    return alreadyKnown('already seen message from this validator for this slot and subnet')
  }

  // [IGNORE] The message's slot is for the current slot
  if (!node.time.isCurrentSlot(slot)) {
    return ignore('message is not for the current slot', node.time.untilSlot(slot))
  }

  // [REJECT] The validator index is valid
  if (validatorIndex >= node.chain.head.state.validators.length) return reject('validator index out of range')

  // [REJECT] The subnet_id is valid for the given validator
  // (this implies the validator is part of the broader current sync committee
  // along with the correct subcommittee)
  const committee = syncCommitteeOf(slot, node)
  if (committee === undefined) return ignore('the sync committee of the slot is not available')
  const seats = committee.validatorIndexMap.get(validatorIndex)
  if (!seats?.some((seat) => Math.floor(seat / subcommitteeSize) === topic.subnet)) {
    return reject('subnet_id is not valid for the validator')
  }
  return undefined
}

/** [REJECT] The signature is valid */
function memberSignature({ value }: SyncCommitteeMessage, { protocol, time }: GossipNode): SignatureCheck {
  const { slot, validatorIndex: index, beaconBlockRoot, signature } = value
  const domain = domainAtEpoch(protocol.config, DOMAIN_SYNC_COMMITTEE, time.slots.epochOf(slot))
  const signingRoot = computeSigningRoot(ssz.Root, beaconBlockRoot, domain)
  return {
    reason: 'invalid sync committee message signature',
    sets: [{ type: SignatureSetType.indexed, index, signingRoot, signature }],
  }
}
