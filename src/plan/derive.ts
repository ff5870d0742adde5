import { sha384 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * 48 bytes that depend on the purpose, the seed and the index alone. Each purpose is a domain of its own;
 * 48 bytes are what FIPS 186-5 A.2.1 asks for a 256-bit scalar without bias. Changing this changes the keys
 * of every network.
 */
export function deriveBytes(purpose: string, seed: number, index: number): Uint8Array {
  return sha384(utf8ToBytes(`eth-localnet/v1/${purpose}/${seed}/${index}`))
}
