import { hexToBytes as fromHex, bytesToHex as toHex } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from '../../plan/manifest.ts'

/** Keccak-256 of some bytes: 32 bytes. */
export const keccak256: (bytes: Uint8Array) => Uint8Array = keccak_256

/** `0x` and two lower-case digits per byte. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return toHex(bytes)
}

/** The bytes of `0x…`. Throws when the digits are not hexadecimal. */
export function hexToBytes(hex: Hex): Uint8Array {
  return fromHex(hex)
}

/** A quantity as the JSON-RPC standard writes it: `0x`, no leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/**
 * The bytes without their leading zeros, as the state trie stores numbers. A copy always: what is given may be
 * a part of a larger buffer, which would be kept as long as the state.
 */
export function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return new Uint8Array(bytes.subarray(start))
}

export const zeroHash: Hex = `0x${'00'.repeat(32)}`
export const zeroAddress: Hex = `0x${'00'.repeat(20)}`
