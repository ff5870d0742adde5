import { keccak256, packBytes } from '../bytes.ts'

/**
 * A path in a Merkle Patricia trie: one lower-case hexadecimal digit per nibble. Strings are compared,
 * sliced and shared by the engine more cheaply than arrays of nibbles.
 */
export type TriePath = string

const rememberedPathsMax = 4096
const rememberedPaths = new Map<string, TriePath>()

/** The path of a key in a secure trie: the nibbles of its Keccak-256 hash (Yellow Paper, appendix D). */
export function hashedPath(key: Uint8Array): TriePath {
  // The same few accounts and slots are looked up in every block, and hashing costs more than a look-up.
  // The memo is of a pure function, so networks that share it cannot tell.
  const name = packBytes(key)
  const remembered = rememberedPaths.get(name)
  if (remembered !== undefined) return remembered
  if (rememberedPaths.size >= rememberedPathsMax) rememberedPaths.clear()
  const path = Buffer.from(keccak256(key)).toString('hex')
  rememberedPaths.set(name, path)
  return path
}

/** Number of leading nibbles that two paths share. */
export function sharedPrefixLength(a: TriePath, b: TriePath): number {
  const limit = Math.min(a.length, b.length)
  let length = 0
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

/** The value 0 … 15 of the nibble at a position of a path. */
export function nibbleAt(path: TriePath, position: number): number {
  return Number.parseInt(path.charAt(position), 16)
}

/** Hex-prefix encoding of a partial path (Yellow Paper, appendix C). */
export function hexPrefix(path: TriePath, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (odd ? 1 : 0)
  return Uint8Array.from(Buffer.from(odd ? `${flag}${path}` : `${flag}0${path}`, 'hex'))
}

/** The partial path of a hex-prefix encoding. */
export function withoutHexPrefix(encoded: Uint8Array): TriePath {
  const digits = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).toString('hex')
  const isOdd = digits.startsWith('1') || digits.startsWith('3')
  return digits.slice(isOdd ? 1 : 2)
}
