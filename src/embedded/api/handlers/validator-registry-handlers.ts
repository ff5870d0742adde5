import type { routes } from '@lodestar/api'
import { getValidatorStatus, mapToGeneralStatus, type ValidatorStatus } from '@lodestar/types'
import type { BeaconState } from '../../protocol/beacon-state.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { badParameter, notFound } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { findState } from '../ids/find-state.ts'
import { validatorIndex, validatorIndices } from '../ids/validator-id.ts'

type Endpoints = Pick<
  routes.beacon.state.Endpoints,
  | 'getStateValidator'
  | 'getStateValidators'
  | 'postStateValidators'
  | 'getStateValidatorBalances'
  | 'postStateValidatorBalances'
  | 'postStateValidatorIdentities'
>
type ValidatorResponse = routes.beacon.state.ValidatorResponse

/** `/eth/v1/beacon/states/{state_id}/validator…`: those that a state holds. */
export function validatorRegistryHandlers({ chain }: BeaconApiParts): EndpointHandlers<Endpoints> {
  const validators: EndpointHandlers<Endpoints>['getStateValidators'] = async (args) => {
    const { state, meta } = await findState(chain, args.stateId)
    const isWanted = statusFilter(args.statuses)
    const all = Array.from(validatorIndices(state, args.validatorIds), (index) => describe(state, index))
    return { data: all.filter(({ status }) => isWanted(status)), meta }
  }

  const balances: EndpointHandlers<Endpoints>['getStateValidatorBalances'] = async (args) => {
    const { state, meta } = await findState(chain, args.stateId)
    const indices = validatorIndices(state, args.validatorIds)
    const data = Array.from(indices, (index) => ({ index, balance: state.balances.get(index) }))
    return { data, meta }
  }

  return {
    getStateValidators: validators,
    postStateValidators: validators,
    getStateValidatorBalances: balances,
    postStateValidatorBalances: balances,

    async getStateValidator({ stateId, validatorId }) {
      const { state, meta } = await findState(chain, stateId)
      const index = validatorIndex(state, validatorId)
      if (index === undefined) throw notFound(`The state has no validator ${validatorId}.`)
      return { data: describe(state, index), meta }
    },

    async postStateValidatorIdentities({ stateId, validatorIds }) {
      const { state, meta } = await findState(chain, stateId)
      const data = Array.from(validatorIndices(state, validatorIds), (index) => {
        const { pubkey, activationEpoch } = state.validators.getReadonly(index)
        return { index, pubkey, activationEpoch }
      })
      return { data, meta }
    },
  }
}

function describe(state: BeaconState, index: number): ValidatorResponse {
  const validator = state.validators.getReadonly(index)
  return {
    index,
    balance: state.balances.get(index),
    status: getValidatorStatus(validator, state.epochCtx.epoch),
    validator: validator.toValue(),
  }
}

const statuses: ReadonlySet<string> = new Set([
  'pending_initialized',
  'pending_queued',
  'active_ongoing',
  'active_exiting',
  'active_slashed',
  'exited_unslashed',
  'exited_slashed',
  'withdrawal_possible',
  'withdrawal_done',
  'active',
  'pending',
  'exited',
  'withdrawal',
])

/** @throws BeaconApiError 400 */
function statusFilter(wanted: readonly string[] | undefined): (status: ValidatorStatus) => boolean {
  if (wanted === undefined || wanted.length === 0) return () => true
  if (!Array.isArray(wanted)) throw badParameter('statuses', wanted, 'a list')
  const unknown = wanted.find((status) => !statuses.has(status))
  if (unknown !== undefined) throw badParameter('status', unknown, 'a validator status of the standard')
  const set = new Set(wanted)
  return (status) => set.has(status) || set.has(mapToGeneralStatus(status))
}
