import { createHash } from 'node:crypto'
import type { Hex } from '../plan/manifest.ts'
import { bytesToHex } from './hex.ts'

/** Where the deposit contract is on a local network: the address that devnets use by custom. */
export const depositContractAddress: Hex = '0x4242424242424242424242424242424242424242'

/** DEPOSIT_CONTRACT_TREE_DEPTH (consensus-specs `phase0/beacon-chain.md`). */
const TREE_DEPTH = 32
/** The contract's first storage slots hold `branch[32]` and `deposit_count`; `zero_hashes[32]` follows. */
const ZERO_HASHES_SLOT = 33

/**
 * The storage that the constructor leaves: `zero_hashes`, where each is the hash of two of the one before.
 * The first is zero, hence absent.
 */
export function depositContractStorage(): Record<Hex, Hex> {
  const storage: Record<Hex, Hex> = {}
  let zeroHash = new Uint8Array(32)
  for (let height = 1; height < TREE_DEPTH; height++) {
    zeroHash = hashPair(zeroHash, zeroHash)
    storage[slotKey(ZERO_HASHES_SLOT + height)] = bytesToHex(zeroHash)
  }
  return storage
}

/** What the contract's `get_deposit_root()` answers before the first deposit. */
export function emptyDepositRoot(): Uint8Array {
  let root = new Uint8Array(32)
  for (let height = 0; height < TREE_DEPTH; height++) root = hashPair(root, root)
  const depositCount = new Uint8Array(32)
  return hashPair(root, depositCount)
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(left).update(right).digest())
}

function slotKey(slot: number): Hex {
  return `0x${slot.toString(16).padStart(64, '0')}`
}
