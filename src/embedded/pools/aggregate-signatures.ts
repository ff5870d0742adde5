import { aggregateSignatures } from '@chainsafe/blst'
import { bytesOf, pointOf } from '../protocol/signature-point.ts'
import type { Signed } from './validated.ts'

/**
 * The sum of verified signatures, 96 bytes. One that is given several times counts several times, as it must
 * for a validator with several seats in a sync committee.
 */
export function aggregateSignatureBytes(parts: readonly Signed[]): Uint8Array {
  const [only] = parts
  if (only === undefined) throw new RangeError('There is no signature to aggregate')
  if (parts.length === 1) return only.signature
  return bytesOf(aggregateSignatures(parts.map(({ signature }) => pointOf(signature))))
}
