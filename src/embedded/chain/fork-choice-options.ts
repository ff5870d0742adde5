import type { ChainConfig } from '@lodestar/config'
import { MIN_SEED_LOOKAHEAD } from '@lodestar/params'
import type { SlotTime } from '../clock/slot-time.ts'
import type { ForkChoiceOptions } from '../fork-choice/parameters.ts'

/** The network's values of what fork choice leaves open. */
export function forkChoiceOptions(config: ChainConfig, time: SlotTime): ForkChoiceOptions {
  return {
    genesisTimeMs: time.genesisTimeMs,
    slotDurationMs: time.slotDurationMs,
    slotsPerEpoch: time.slotsPerEpoch,
    minSeedLookahead: MIN_SEED_LOOKAHEAD,
    fuluForkEpoch: config.FULU_FORK_EPOCH,
    proposerScoreBoost: config.PROPOSER_SCORE_BOOST,
    reorgHeadWeightThreshold: config.REORG_HEAD_WEIGHT_THRESHOLD,
    reorgParentWeightThreshold: config.REORG_PARENT_WEIGHT_THRESHOLD,
    reorgMaxEpochsSinceFinalization: config.REORG_MAX_EPOCHS_SINCE_FINALIZATION,
    attestationDueBps: config.ATTESTATION_DUE_BPS,
    proposerReorgCutoffBps: config.PROPOSER_REORG_CUTOFF_BPS,
  }
}
