import type { routes } from '@lodestar/api'
import type { BeaconState as BeaconStateValue } from '@lodestar/types'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { findState } from '../ids/find-state.ts'
import { versionOf } from './state-handlers.ts'

type Endpoints = Pick<routes.debug.Endpoints, 'getDebugChainHeadsV2' | 'getStateV2'>

/** `/eth/v…/debug/…`, but for the fork choice. */
export function debugHandlers({ chain }: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async getDebugChainHeadsV2() {
      const heads = chain.forkChoice.getHeads().map(({ slot, root, executionStatus }) => ({
        slot,
        root,
        executionOptimistic: executionStatus === 'optimistic',
      }))
      return { data: heads }
    },

    async getStateV2({ stateId }, context) {
      const { state, meta } = await findState(chain, stateId)
      const data = context?.returnBytes ? state.serialize() : (state.toValue() as BeaconStateValue)
      return { data, meta: { ...meta, version: versionOf(state) } }
    },
  }
}
