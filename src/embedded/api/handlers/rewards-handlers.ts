import type { routes } from '@lodestar/api'
import {
  computeAttestationsRewards,
  computeBlockRewards,
  computeSyncCommitteeRewards,
} from '@lodestar/state-transition'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { BeaconState } from '../../protocol/beacon-state.ts'
import type { SignedBlock } from '../../protocol/signed-block.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { notFound } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { findBlock } from '../ids/find-block.ts'
import { findState } from '../ids/find-state.ts'
import { validatorIndices } from '../ids/validator-id.ts'

/** `/eth/v1/beacon/rewards/…`. Only while the states are kept. */
export function rewardsHandlers({
  chain,
}: BeaconApiParts): EndpointHandlers<routes.beacon.rewards.Endpoints> {
  const { config, pubkeys } = chain.protocol
  return {
    async getBlockRewards({ blockId }) {
      const { block, meta } = await findBlock(chain, blockId)
      return { data: await computeBlockRewards(config, block.value.message, preState(chain, block)), meta }
    },

    async getSyncCommitteeRewards({ blockId, validatorIds }) {
      const { block, meta } = await findBlock(chain, blockId)
      const state = preState(chain, block)
      const rewards = await computeSyncCommitteeRewards(config, pubkeys, block.value.message, state)
      const isWanted = filter(state, validatorIds)
      return { data: rewards.filter(({ validatorIndex }) => isWanted(validatorIndex)), meta }
    },

    async getAttestationsRewards({ epoch, validatorIds }) {
      const { state, meta } = await stateAfterInclusion(chain, epoch)
      const { idealRewards, totalRewards } = await computeAttestationsRewards(
        config,
        pubkeys,
        state.clone(true),
      )
      const isWanted = filter(state, validatorIds)
      const wanted = totalRewards.filter(({ validatorIndex }) => isWanted(validatorIndex))
      return { data: { idealRewards, totalRewards: wanted }, meta }
    },
  }
}

/** The state that the block was applied to. */
function preState(chain: BeaconChain, block: SignedBlock): BeaconState {
  const state = block.slot === 0 ? undefined : chain.stateAt(block.parentRoot, block.slot)
  // The library clones it and takes its caches along.
  if (state !== undefined) return state.clone(true)
  throw notFound(`The state before the block of slot ${block.slot} is not kept.`)
}

/** Attestations of an epoch are included until the end of the next, and rewarded then. */
function stateAfterInclusion(chain: BeaconChain, epoch: number) {
  const lastSlot = chain.time.startSlotOf(epoch + 2) - 1
  if (lastSlot < chain.currentSlot) return findState(chain, lastSlot)
  throw notFound(`Rewards for epoch ${epoch} are known from slot ${lastSlot + 1} on.`)
}

function filter(
  state: BeaconState,
  ids: readonly (string | number)[] | undefined,
): (index: number) => boolean {
  if (ids === undefined || ids.length === 0) return () => true
  const wanted = new Set(validatorIndices(state, ids))
  return (index) => wanted.has(index)
}
