import type { GenesisState } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { bigIntToUnpaddedBytes, KECCAK256_NULL, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes, keccak256, packBytes, unpackBytes, withoutLeadingZeros } from '../bytes.ts'
import { MerkleTrie } from './merkle-trie.ts'
import { hashedPath } from './trie-path.ts'

export interface ContractCode {
  readonly bytes: Uint8Array
  /** Keccak-256 of the bytes. */
  readonly hash: Uint8Array
}

export const noCode: ContractCode = { bytes: new Uint8Array(0), hash: KECCAK256_NULL }

export function contractCode(bytes: Uint8Array): ContractCode {
  return bytes.length === 0 ? noCode : { bytes, hash: keccak256(bytes) }
}

/** Values by hashed slot, packed, without leading zeros; a zero is absent. */
export type StorageTrie = MerkleTrie<string>

export const emptyStorage: StorageTrie = MerkleTrie.empty<string>((value) => RLP.encode(unpackBytes(value)))

/** An account of the state, with all that it refers to. Never changed in place. */
export interface AccountRecord {
  readonly nonce: bigint
  readonly balanceWei: bigint
  readonly storage: StorageTrie
  readonly code: ContractCode
}

/** The account as the state trie hashes it (Yellow Paper, section 4.1). */
function encodeAccount(account: AccountRecord): Uint8Array {
  return RLP.encode([
    bigIntToUnpaddedBytes(account.nonce),
    bigIntToUnpaddedBytes(account.balanceWei),
    account.storage.rootHash,
    account.code.hash,
  ])
}

/** All accounts after some block: immutable, so any number of blocks and nodes may hold it. */
export class WorldState {
  static readonly empty = new WorldState(MerkleTrie.empty(encodeAccount))

  private constructor(private readonly accounts: MerkleTrie<AccountRecord>) {}

  /** The state before the first block, from the library's reading of a Geth genesis file. */
  static fromGenesis(genesis: GenesisState): WorldState {
    let state = WorldState.empty
    for (const [address, entry] of Object.entries(genesis)) {
      const [balance, code, slots = [], nonce] = Array.isArray(entry) ? entry : [entry]
      let storage = emptyStorage
      for (const [slot, value] of slots) {
        const bytes = withoutLeadingZeros(hexToBytes(value))
        if (bytes.length > 0)
          storage = storage.set(hashedPath(setLengthLeft(hexToBytes(slot), 32)), packBytes(bytes))
      }
      state = state.withAccount(hexToBytes(address as Hex), {
        nonce: BigInt(nonce ?? 0),
        balanceWei: BigInt(balance),
        storage,
        code: contractCode(code === undefined ? noCode.bytes : hexToBytes(code)),
      })
    }
    return state
  }

  /** State root, 32 bytes. */
  get root(): Uint8Array {
    return this.accounts.rootHash
  }

  account(address: Uint8Array): AccountRecord | undefined {
    return this.accounts.get(hashedPath(address))
  }

  /** The value of a 32-byte slot without leading zeros; empty when it is zero. */
  storageAt(address: Uint8Array, slot: Uint8Array): Uint8Array {
    const packed = this.account(address)?.storage.get(hashedPath(slot))
    return packed === undefined ? noCode.bytes : unpackBytes(packed)
  }

  /** Another state, in which the account is as given, or gone. */
  withAccount(address: Uint8Array, account: AccountRecord | undefined): WorldState {
    const path = hashedPath(address)
    const accounts = account === undefined ? this.accounts.delete(path) : this.accounts.set(path, account)
    return accounts === this.accounts ? this : new WorldState(accounts)
  }

  /** Merkle proof of an account or of its absence (EIP-1186). */
  accountProof(address: Uint8Array): Uint8Array[] {
    return this.accounts.proof(hashedPath(address))
  }
}
