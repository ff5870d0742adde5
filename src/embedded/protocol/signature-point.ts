import { Signature } from '@chainsafe/blst'

const points = new WeakMap<Uint8Array, Signature>()

/**
 * The point of a signature that was verified, so that it need not be checked to be of the right group. Decoding
 * is the dear part of adding signatures up, and nodes of a network share the bytes: it is done once.
 *
 * @throws for bytes that are no point, which those of a verified signature are
 */
export function pointOf(verified: Uint8Array): Signature {
  let point = points.get(verified)
  if (point === undefined) {
    point = Signature.fromBytes(verified)
    points.set(verified, point)
  }
  return point
}
