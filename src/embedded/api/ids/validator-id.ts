import type { BeaconState } from '../../protocol/beacon-state.ts'
import { BeaconApiError, badParameter } from '../errors.ts'

/** Most ids of one request; more than the validators of any network here. */
const idsMax = 65_536

/**
 * The index of a validator that a request names by index or public key; undefined for one that the state does
 * not have.
 * @throws BeaconApiError 400
 */
export function validatorIndex(state: BeaconState, id: string | number): number | undefined {
  const index = readIndex(state, String(id))
  return index < state.validators.length ? index : undefined
}

function readIndex(state: BeaconState, id: string): number {
  if (/^\d{1,20}$/.test(id)) return Number(id)
  if (!/^0x[0-9a-f]{96}$/i.test(id)) {
    throw badParameter('validator id', id, 'an index, or a public key of 0x and 96 digits')
  }
  // The cache is the network's: it also holds validators that this state does not know yet.
  return state.epochCtx.getValidatorIndex(Buffer.from(id.slice(2), 'hex')) ?? Number.POSITIVE_INFINITY
}

/**
 * The indices of the validators that a request names, each once, in its order; all when it names none. Unknown
 * ones are left out, as the standard asks.
 * @throws BeaconApiError 400
 */
export function validatorIndices(
  state: BeaconState,
  ids: readonly (string | number)[] | undefined,
): Iterable<number> {
  if (ids === undefined || ids.length === 0) return range(state)
  if (ids.length > idsMax) throw new BeaconApiError(400, `Too many validator ids: at most ${idsMax}.`)
  const indices = ids.map((id) => validatorIndex(state, id))
  return new Set(indices.filter((index) => index !== undefined))
}

function range({ validators }: BeaconState): Iterable<number> {
  return Array.from({ length: validators.length }, (_, index) => index)
}
