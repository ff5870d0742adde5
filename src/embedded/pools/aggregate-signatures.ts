import { aggregateSignatures, Signature } from '@chainsafe/blst'
import type { Signed } from './validated.ts'

/** Decoded signatures, by the message: decoding is the dear part, and nodes of a network share messages. */
const decoded = new WeakMap<Signed, Signature>()

/**
 * The sum of verified signatures, 96 bytes. One that is given several times counts several times, as it must
 * for a validator with several seats in a sync committee.
 */
export function aggregateSignatureBytes(parts: readonly Signed[]): Uint8Array {
  const [only] = parts
  if (only === undefined) throw new RangeError('There is no signature to aggregate')
  return parts.length === 1 ? only.signature : aggregateSignatures(parts.map(pointOf)).toBytes()
}

function pointOf(signed: Signed): Signature {
  let point = decoded.get(signed)
  if (point === undefined) {
    // Group membership was checked when the signature was verified.
    point = Signature.fromBytes(signed.signature)
    decoded.set(signed, point)
  }
  return point
}
