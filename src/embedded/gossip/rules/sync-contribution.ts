import {
  DOMAIN_CONTRIBUTION_AND_PROOF,
  DOMAIN_SYNC_COMMITTEE,
  DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF,
  SYNC_COMMITTEE_SUBNET_COUNT,
} from '@lodestar/params'
import { computeSigningRoot, SignatureSetType, type SyncCommitteeCache } from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import { domainAtEpoch } from '../attestation-content.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import {
  type ContributionMessage,
  decodeContribution,
  subcommitteeSize,
  syncCommitteeOf,
} from '../sync-committee-message.ts'
import { alreadyKnown, ignore, type Refusal, reject } from '../verdicts.ts'

/** `validate_sync_committee_contribution_and_proof_gossip` (altair/p2p-interface.md). */
export const syncContributionRules: TopicRules<ContributionMessage> = {
  decode: decodeContribution,
  before,
  // Who the participants are depends on the committee, and so on the chain of the head.
  context: ({ value }, node) => syncCommitteeOf(value.message.contribution.slot, node),
  signatures,
  accept(message, { seen, pools }) {
    const { aggregatorIndex, contribution } = message.value.message
    const { slot, subcommitteeIndex, aggregationBits } = contribution
    seen.contributors(subcommitteeIndex).add(slot, aggregatorIndex)
    seen.contributions.add(slot, message.key, aggregationBits.uint8Array)
    pools.syncCommittee.addContribution(message.validated())
  },
}

function before(message: ContributionMessage, node: GossipNode): Refusal | undefined {
  const { aggregatorIndex, contribution } = message.value.message
  const { slot, subcommitteeIndex, aggregationBits } = contribution
  const isSubcommittee = subcommitteeIndex < SYNC_COMMITTEE_SUBNET_COUNT

  // [IGNORE] A valid sync committee contribution with equal slot, beacon_block_root
  // and subcommittee_index whose aggregation_bits is non-strict superset
  // has not already been seen
  if (node.seen.contributions.hasSuperset(slot, message.key, aggregationBits.uint8Array)) {
    return alreadyKnown('already seen contribution for this data')
  }

  // [IGNORE] The sync committee contribution is the first valid contribution received
  // for the slot contribution.slot, aggregator with index contribution_and_proof.aggregator_index,
  // and subcommittee index contribution.subcommittee_index
  if (isSubcommittee && node.seen.contributors(subcommitteeIndex).has(slot, aggregatorIndex)) {
    return alreadyKnown('already seen contribution from this aggregator')
  }

  // [IGNORE] The contribution's slot is for the current slot
  if (!node.time.isCurrentSlot(slot)) {
    return ignore('contribution is not for the current slot', node.time.untilSlot(slot))
  }

  // [REJECT] The subcommittee index is in the allowed range
  if (!isSubcommittee) return reject('subcommittee index out of range')

  // [REJECT] The contribution has participants
  if (message.positions.length === 0) return reject('contribution has no participants')

  // [REJECT] The selection_proof selects the validator as an aggregator for the slot
  if (!message.isSelected) return reject('validator is not selected as aggregator')

  // [REJECT] The aggregator index is valid
  if (aggregatorIndex >= node.chain.head.state.validators.length)
    return reject('aggregator index out of range')

  // [REJECT] The aggregator is a member of the committee
  const committee = syncCommitteeOf(slot, node)
  if (committee === undefined) return ignore('the sync committee of the slot is not available')
  if (!membersOf(committee, subcommitteeIndex).includes(aggregatorIndex)) {
    return reject('aggregator is not a member of the committee')
  }
  return undefined
}

function signatures(message: ContributionMessage, node: GossipNode): SignatureCheck[] {
  const { aggregatorIndex: index, contribution, selectionProof } = message.value.message
  const { slot, subcommitteeIndex, beaconBlockRoot, signature } = contribution
  const { indexed, aggregate } = SignatureSetType
  const epoch = node.time.slots.epochOf(slot)
  const domain = (type: Uint8Array) => domainAtEpoch(node.protocol.config, type, epoch)
  const selectionData = { slot, subcommitteeIndex }
  const { SyncAggregatorSelectionData, ContributionAndProof } = ssz.altair
  const committee = syncCommitteeOf(slot, node)
  const members = committee === undefined ? [] : membersOf(committee, subcommitteeIndex)
  return [
    // [REJECT] The contribution_and_proof.selection_proof is a valid signature
    // of the SyncAggregatorSelectionData derived from the contribution
    // by the validator with index contribution_and_proof.aggregator_index
    {
      reason: 'invalid selection proof signature',
      sets: [
        {
          type: indexed,
          index,
          signingRoot: computeSigningRoot(
            SyncAggregatorSelectionData,
            selectionData,
            domain(DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF),
          ),
          signature: selectionProof,
        },
      ],
    },
    // [REJECT] The aggregator signature, signed_contribution_and_proof.signature, is valid
    {
      reason: 'invalid aggregator signature',
      sets: [
        {
          type: indexed,
          index,
          signingRoot: computeSigningRoot(
            ContributionAndProof,
            message.value.message,
            domain(DOMAIN_CONTRIBUTION_AND_PROOF),
          ),
          signature: message.value.signature,
        },
      ],
    },
    // [REJECT] The aggregate signature is valid for the message beacon_block_root
    // and aggregate pubkey derived from the participation info in aggregation_bits
    // for the subcommittee specified by the contribution.subcommittee_index
    {
      reason: 'invalid aggregate signature',
      sets: [
        {
          type: aggregate,
          indices: message.positions.map((position) => members[position] ?? 0),
          signingRoot: computeSigningRoot(ssz.Root, beaconBlockRoot, domain(DOMAIN_SYNC_COMMITTEE)),
          signature,
        },
      ],
    },
  ]
}

/** Validator indices by position in the subcommittee. */
function membersOf({ validatorIndices }: SyncCommitteeCache, subcommitteeIndex: number): Uint32Array {
  const first = subcommitteeIndex * subcommitteeSize
  return validatorIndices.subarray(first, first + subcommitteeSize)
}
