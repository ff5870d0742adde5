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

/**
 * Bytes as a string of as many characters: what there are thousands of takes a quarter of the memory so, since a
 * typed array brings a buffer and its bookkeeping along.
 */
export function packBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The bytes of `packBytes`. */
export function unpackBytes(packed: string): Uint8Array {
  return new Uint8Array(Buffer.from(packed, 'latin1'))
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** The bytes without their leading zeros, as the state trie stores numbers. */
export function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return bytes.subarray(start)
}

export const zeroHash: Hex = `0x${'00'.repeat(32)}`
export const zeroAddress: Hex = `0x${'00'.repeat(20)}`
