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

/** The bytes of a signature that was made here, 96 of them: when it is added up, it need not be decoded. */
export function bytesOf(point: Signature): Uint8Array {
  const bytes = point.toBytes()
  points.set(bytes, point)
  return bytes
}
