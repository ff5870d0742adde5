import type { AttesterSlashing, phase0 } from '@lodestar/types'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import type { AggregateMessage } from './aggregate-message.ts'
import type { AttestationMessage } from './attestation-message.ts'
import type { TopicRules } from './gossip-node.ts'
import { attesterSlashingRules } from './rules/attester-slashing.ts'
import { beaconAggregateRules } from './rules/beacon-aggregate.ts'
import { beaconAttestationRules } from './rules/beacon-attestation.ts'
import { beaconBlockRules } from './rules/beacon-block.ts'
import { type BlsChange, blsChangeRules } from './rules/bls-change.ts'
import { proposerSlashingRules } from './rules/proposer-slashing.ts'
import { syncCommitteeRules } from './rules/sync-committee.ts'
import { syncContributionRules } from './rules/sync-contribution.ts'
import { voluntaryExitRules } from './rules/voluntary-exit.ts'
import type { ContributionMessage, SyncCommitteeMessage } from './sync-committee-message.ts'
import type { TopicKind } from './topics.ts'

/** What the messages of each topic are, once they are decoded. */
export interface TopicContents {
  beacon_block: SignedBlock
  beacon_aggregate_and_proof: AggregateMessage
  beacon_attestation: AttestationMessage
  voluntary_exit: phase0.SignedVoluntaryExit
  proposer_slashing: phase0.ProposerSlashing
  attester_slashing: AttesterSlashing<Fork>
  sync_committee: SyncCommitteeMessage
  sync_committee_contribution_and_proof: ContributionMessage
  bls_to_execution_change: BlsChange
}

export const topicRules: { readonly [Kind in TopicKind]: TopicRules<TopicContents[Kind]> } = {
  beacon_block: beaconBlockRules,
  beacon_aggregate_and_proof: beaconAggregateRules,
  beacon_attestation: beaconAttestationRules,
  voluntary_exit: voluntaryExitRules,
  proposer_slashing: proposerSlashingRules,
  attester_slashing: attesterSlashingRules,
  sync_committee: syncCommitteeRules,
  sync_committee_contribution_and_proof: syncContributionRules,
  bls_to_execution_change: blsChangeRules,
}
