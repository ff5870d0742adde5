import {
  type CachedBeaconStateCapella,
  computeTimeAtSlot,
  getExpectedWithdrawals,
  getRandaoMix,
} from '@lodestar/state-transition'
import { fromHex } from '@lodestar/utils'
import type { PayloadAttributes } from '../engine/execution-engine.ts'
import type { Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'

/**
 * What the consensus layer decides of a payload (`prepare_execution_payload`, deneb/validator.md).
 *
 * @param state Post-state of the parent, advanced to the slot of the block
 */
export function payloadAttributes(
  state: BeaconState,
  parentRoot: Root,
  suggestedFeeRecipient: Uint8Array,
): PayloadAttributes {
  const { config, epochCtx, genesisTime, slot } = state
  const fork = config.getForkSeq(slot)
  return {
    timestamp: computeTimeAtSlot(config, slot, genesisTime),
    prevRandao: getRandaoMix(state, epochCtx.epoch),
    suggestedFeeRecipient,
    withdrawals: getExpectedWithdrawals(fork, state as CachedBeaconStateCapella).expectedWithdrawals,
    parentBeaconBlockRoot: fromHex(parentRoot),
  }
}
