import { ForkChoiceError } from './errors.ts'

/**
 * Refuses an index that no validator can have: keeping its vote would make room for all indices below it.
 * @throws ForkChoiceError `malformed`
 */
export function requireValidatorIndices(indices: ArrayLike<number>, maxValidators: number): void {
  for (let position = 0; position < indices.length; position++) {
    const index = indices[position]
    if (index !== undefined && Number.isInteger(index) && index >= 0 && index < maxValidators) continue
    throw new ForkChoiceError({
      reason: 'malformed',
      message: `Validator index ${index} is not one of 0 to ${maxValidators - 1}.`,
      facts: { index, maxValidators },
    })
  }
}
