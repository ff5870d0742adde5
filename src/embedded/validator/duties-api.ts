import type { ValidatorApi } from '../production/validator-api.ts'

export type { AttesterDuty, SyncDuty } from '../production/duties.ts'

/** What a validator client asks of its beacon node. */
export type DutiesApi = Pick<
  ValidatorApi,
  | 'attesterDuties'
  | 'proposerDuties'
  | 'syncDuties'
  | 'prepareProposer'
  | 'produceBlock'
  | 'attestationData'
  | 'syncMessageRoot'
  | 'aggregate'
  | 'isAggregated'
  | 'syncContribution'
  | 'isSyncAggregated'
  | 'publishBlock'
  | 'submitAttestations'
  | 'submitAggregates'
  | 'submitSyncMessages'
  | 'submitContributions'
>
