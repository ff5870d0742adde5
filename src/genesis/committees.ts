import {
  DOMAIN_BEACON_PROPOSER,
  EFFECTIVE_BALANCE_INCREMENT,
  ForkSeq,
  GENESIS_EPOCH,
  MIN_SEED_LOOKAHEAD,
} from '@lodestar/params'
import {
  type BeaconStateFulu,
  computeProposers,
  getEffectiveBalanceIncrementsWithLen,
  getNextSyncCommittee,
  getSeed,
} from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import type { ForkName } from '../plan/manifest.ts'
import type { GenesisState } from './beacon-state.ts'

/** The first sync committee (`get_next_sync_committee`), drawn from all validators of a genesis state. */
export function syncCommittee(fork: ForkName, state: GenesisState): GenesisState['currentSyncCommittee'] {
  const { indices, increments } = activeValidators(state)
  const committee = getNextSyncCommittee(ForkSeq[fork], state, indices, increments)
  return ssz.altair.SyncCommittee.toViewDU(committee.syncCommittee)
}

/** `initialize_proposer_lookahead` (Fulu): the proposers of epochs 0 to MIN_SEED_LOOKAHEAD, slot by slot. */
export function proposerLookahead(state: BeaconStateFulu): BeaconStateFulu['proposerLookahead'] {
  const { indices, increments } = activeValidators(state)
  const proposers: number[] = []
  for (let epoch = GENESIS_EPOCH; epoch <= GENESIS_EPOCH + MIN_SEED_LOOKAHEAD; epoch++) {
    const seed = getSeed(state, epoch, DOMAIN_BEACON_PROPOSER)
    proposers.push(...computeProposers(ForkSeq.fulu, seed, { epoch, activeIndices: indices }, increments))
  }
  return ssz.fulu.ProposerLookahead.toViewDU(proposers)
}

/** The indices of the active validators, which at genesis are all, and their stake in whole ETH. */
function activeValidators({ validators }: GenesisState) {
  const indices = Uint32Array.from({ length: validators.length }, (_, index) => index)
  const increments = getEffectiveBalanceIncrementsWithLen(validators.length)
  for (const index of indices) {
    increments[index] = validators.getReadonly(index).effectiveBalance / EFFECTIVE_BALANCE_INCREMENT
  }
  return { indices, increments }
}
