import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Hex } from './manifest.ts'

/** An address of 20 bytes in mixed case, which is its checksum (EIP-55). */
export function checksumAddress(address: Uint8Array): Hex {
  const lower = bytesToHex(address)
  const hash = bytesToHex(keccak_256(utf8ToBytes(lower)))
  const digits = [...lower].map((digit, position) =>
    Number.parseInt(hash.charAt(position), 16) >= 8 ? digit.toUpperCase() : digit,
  )
  return `0x${digits.join('')}`
}
