import { aggregateSignatures } from '@chainsafe/blst'
import { byteArrayEquals } from '@lodestar/utils'
import { binaryKey } from './binary-key.ts'
import { BoundedMap } from './bounded-map.ts'
import { pointOf } from './signature-point.ts'

/** Messages whose signatures are remembered: those of some slots, of every committee. */
const MESSAGES_MAX = 256
/** Signers of one message: more validators than a network here has in one slot. */
const SIGNERS_MAX = 16_384

/**
 * Signatures of single validators that were found valid. An aggregate of signatures of one message is their
 * sum, and there is no other valid one: where all of them were verified, adding them up tells as much as a
 * pairing, at a hundredth of its cost.
 */
export class VerifiedSignatures {
  readonly #messages = new BoundedMap<string, Map<number, Uint8Array>>(MESSAGES_MAX)

  add(validatorIndex: number, signingRoot: Uint8Array, bytes: Uint8Array): void {
    const key = binaryKey(signingRoot)
    let signers = this.#messages.get(key)
    if (signers === undefined) {
      signers = new Map()
      this.#messages.set(key, signers)
    }
    if (signers.size < SIGNERS_MAX) signers.set(validatorIndex, bytes)
  }

  /** Whether it is the sum of verified signatures; false also when one of them is not known. */
  isSum(validatorIndices: readonly number[], signingRoot: Uint8Array, aggregate: Uint8Array): boolean {
    const signers = this.#messages.get(binaryKey(signingRoot))
    if (signers === undefined || validatorIndices.length === 0) return false
    const parts: Uint8Array[] = []
    for (const index of validatorIndices) {
      const part = signers.get(index)
      if (part === undefined) return false
      parts.push(part)
    }
    const [only] = parts
    const sum = parts.length === 1 && only ? only : aggregateSignatures(parts.map(pointOf)).toBytes()
    return byteArrayEquals(sum, aggregate)
  }
}
