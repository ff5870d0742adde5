import {
  ForkSeq,
  MAX_ATTESTATIONS,
  MAX_ATTESTATIONS_ELECTRA,
  MAX_ATTESTER_SLASHINGS,
  MAX_ATTESTER_SLASHINGS_ELECTRA,
  MAX_BLS_TO_EXECUTION_CHANGES,
  MAX_PROPOSER_SLASHINGS,
  MAX_VOLUNTARY_EXITS,
} from '@lodestar/params'

/** How many operations of each kind a block of this fork can hold. */
export function operationLimits(fork: ForkSeq) {
  const isElectra = fork >= ForkSeq.electra
  return {
    proposerSlashings: MAX_PROPOSER_SLASHINGS,
    attesterSlashings: isElectra ? MAX_ATTESTER_SLASHINGS_ELECTRA : MAX_ATTESTER_SLASHINGS,
    attestations: isElectra ? MAX_ATTESTATIONS_ELECTRA : MAX_ATTESTATIONS,
    voluntaryExits: MAX_VOLUNTARY_EXITS,
    blsToExecutionChanges: MAX_BLS_TO_EXECUTION_CHANGES,
  }
}
