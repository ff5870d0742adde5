import { fastAggregateVerify, SecretKey, Signature } from '@chainsafe/blst'
import { BitArray } from '@chainsafe/ssz'
import { aggregateSignatureBytes } from '../../../../src/embedded/pools/aggregate-signatures.ts'
import type { Signed } from '../../../../src/embedded/pools/validated.ts'

const message = new Uint8Array(32).fill(7)
const keys = Array.from({ length: 16 }, (_, index) =>
  SecretKey.fromKeygen(new Uint8Array(32).fill(index + 1)),
)
const signatures = keys.map((key) => ({ signature: key.sign(message).toBytes() }))

/** The signature of one of 16 signers, all of one message. Always the same object. */
export function signatureOf(signer: number): Signed {
  return signatures[signer] ?? missing(signer)
}

/** Whether the signature is that of exactly these signers, each as often as it is named. */
export function isSignedBy(signature: Uint8Array, signers: readonly number[]): boolean {
  const publicKeys = signers.map((signer) => (keys[signer] ?? missing(signer)).toPublicKey())
  return fastAggregateVerify(message, publicKeys, Signature.fromBytes(signature))
}

export function bitsOf(size: number, positions: readonly number[]): BitArray {
  const bits = BitArray.fromBitLen(size)
  for (const position of positions) bits.set(position, true)
  return bits
}

/** An aggregate in which the signer at each position has its position's number. */
export function aggregateOf(size: number, positions: readonly number[]) {
  const signature = aggregateSignatureBytes(positions.map(signatureOf))
  return { bits: bitsOf(size, positions), signature }
}

function missing(signer: number): never {
  throw new RangeError(`There is no signer ${signer}`)
}
