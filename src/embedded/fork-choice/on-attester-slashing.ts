import type { Store } from './store.ts'
import { requireValidatorIndices } from './validator-indices.ts'

/** `on_attester_slashing`, for validators that are known to have signed two slashable attestations. */
export function onAttesterSlashing(store: Store, slashedIndices: ArrayLike<number>): void {
  requireValidatorIndices(slashedIndices, store.parameters.maxValidators)
  for (const validatorIndex of Array.from(slashedIndices)) store.messages.discount(validatorIndex)
  store.markStale()
}
