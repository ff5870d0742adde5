import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import type { BeaconPreset } from '@lodestar/params'
import { PresetName, setActivePreset } from '@lodestar/params/setPreset'
import type { ChainPlan } from '../plan/manifest.ts'

/**
 * SLOTS_PER_EPOCH * EPOCHS_PER_ETH1_VOTING_PERIOD of the mainnet preset. It limits `eth1_data_votes`, and a
 * client that is compiled for that preset keeps it, whatever the length of an epoch.
 */
const MAINNET_ETH1_VOTES = 2048

/**
 * SLOTS_PER_HISTORICAL_ROOT of the minimal preset. Epoch processing looks up block roots of two epochs, so longer
 * epochs need more of them.
 */
const MINIMAL_HISTORICAL_ROOTS = 64

/** Where a chain's constants differ from those of the preset it is based on. */
export function presetOverrides(chain: ChainPlan): Partial<BeaconPreset> {
  const { preset, slotsPerEpoch, minSeedLookahead, epochsPerSyncCommitteePeriod } = chain
  const overrides = {
    SLOTS_PER_EPOCH: slotsPerEpoch,
    MIN_SEED_LOOKAHEAD: minSeedLookahead,
    EPOCHS_PER_SYNC_COMMITTEE_PERIOD: epochsPerSyncCommitteePeriod,
  }
  if (preset === 'minimal') {
    const rootsNeeded = nextPowerOfTwo(2 * slotsPerEpoch)
    if (rootsNeeded <= MINIMAL_HISTORICAL_ROOTS) return overrides
    return { ...overrides, SLOTS_PER_HISTORICAL_ROOT: rootsNeeded }
  }
  // The list's Merkle depth, and so every state root, agrees with such a client's as long as the product
  // of the two rounds up to the same power of two: it is within one epoch of 2048, hence above 1024.
  return { ...overrides, EPOCHS_PER_ETH1_VOTING_PERIOD: Math.floor(MAINNET_ETH1_VOTES / slotsPerEpoch) }
}

/**
 * Gives the protocol libraries their constants and a fast hash. It must run before any other `@lodestar`
 * module is loaded, so whoever calls it imports those dynamically afterwards. Both are global to the
 * thread: one chain's constants per thread.
 *
 * @throws Error when another `@lodestar` module was loaded before.
 */
export function activatePreset(chain: ChainPlan): void {
  setHasher(hasher)
  setActivePreset(PresetName[chain.preset], presetOverrides(chain))
}

function nextPowerOfTwo(number: number): number {
  return 2 ** Math.ceil(Math.log2(number))
}
