import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import { OriginalStorageCache } from '@ethereumjs/statemanager'
import { Account, type Address, KECCAK256_RLP } from '@ethereumjs/util'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes, packBytes, sameBytes, withoutLeadingZeros } from '../bytes.ts'
import { hashedPath } from './trie-path.ts'
import {
  type AccountRecord,
  type ContractCode,
  contractCode,
  emptyStorage,
  noCode,
  WorldState,
} from './world-state.ts'

interface AccountChange {
  readonly nonce: bigint
  readonly balanceWei: bigint
  readonly code: ContractCode
}

/** Slots written to one account; `cleared` says that nothing of the base state's storage counts any more. */
interface StorageChange {
  cleared: boolean
  slots: Map<Hex, Uint8Array>
}

/**
 * The state that the EVM works on: an immutable base state and the changes made since, with an undo log for
 * checkpoints. `toWorldState` gives base and changes as one new state.
 *
 * The library's own MerkleStateManager is not used because it writes to the trie database described at
 * MerkleTrie. This class is its counterpart; the methods and their meaning are the library's interface.
 */
export class JournaledState implements StateManagerInterface {
  #base: WorldState
  #accounts = new Map<Hex, AccountChange | null>()
  #storage = new Map<Hex, StorageChange>()
  /** Code seen so far by hash: an account that is put names its code by the hash alone. */
  #codes = new Map<Hex, ContractCode>()
  #undo: (() => void)[] = []
  #checkpoints: number[] = []

  readonly originalStorageCache: OriginalStorageCache

  constructor(base: WorldState = WorldState.empty) {
    this.#base = base
    this.originalStorageCache = new OriginalStorageCache((address, key) => this.getStorage(address, key))
  }

  /** Forgets all changes and starts from another state. */
  reset(base: WorldState): void {
    this.#base = base
    this.#accounts = new Map()
    this.#storage = new Map()
    this.#codes = new Map()
    this.#undo = []
    this.#checkpoints = []
    this.originalStorageCache.clear()
  }

  /** The base state with all changes so far, checkpointed or not. Changes nothing here. */
  toWorldState(): WorldState {
    let state = this.#base
    const touched = new Set([...this.#accounts.keys(), ...this.#storage.keys()])
    for (const name of touched) {
      const address = hexToBytes(name)
      const before = this.#base.account(address)
      const after = this.#finalRecord(name, before)
      if (after !== before) state = state.withAccount(address, after)
    }
    return state
  }

  #finalRecord(name: Hex, before: AccountRecord | undefined): AccountRecord | undefined {
    const changed = this.#accounts.get(name)
    if (changed === null) return undefined
    const account = changed ?? before
    // Storage written to an account that never came to be, as in a creation that was undone.
    if (account === undefined) return undefined
    const storage = this.#finalStorage(name, before)
    const isUnchanged =
      before !== undefined &&
      before.nonce === account.nonce &&
      before.balanceWei === account.balanceWei &&
      before.storage === storage &&
      sameBytes(before.code.hash, account.code.hash)
    if (isUnchanged) return before
    return { nonce: account.nonce, balanceWei: account.balanceWei, storage, code: account.code }
  }

  #finalStorage(name: Hex, before: AccountRecord | undefined) {
    const change = this.#storage.get(name)
    const base = before?.storage ?? emptyStorage
    if (change === undefined) return base
    let storage = change.cleared ? emptyStorage : base
    for (const [slot, value] of change.slots) {
      const path = hashedPath(hexToBytes(slot))
      const packed = packBytes(value)
      if (packed === '') storage = storage.delete(path)
      else if (storage.get(path) !== packed) storage = storage.set(path, packed)
    }
    return storage
  }

  #account(name: Hex, address: Address): AccountChange | undefined {
    const changed = this.#accounts.get(name)
    if (changed !== undefined) return changed ?? undefined
    return this.#base.account(address.bytes)
  }

  #setAccount(name: Hex, change: AccountChange | null): void {
    const before = this.#accounts.get(name)
    this.#undo.push(() => {
      if (before === undefined) this.#accounts.delete(name)
      else this.#accounts.set(name, before)
    })
    this.#accounts.set(name, change)
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const name = address.toString()
    const account = this.#account(name, address)
    if (account === undefined) return undefined
    this.#codes.set(bytesToHex(account.code.hash), account.code)
    const isBaseStorage = this.#storage.get(name)?.cleared !== true
    const storageRoot = isBaseStorage ? this.#base.account(address.bytes)?.storage.rootHash : undefined
    return new Account(account.nonce, account.balanceWei, storageRoot ?? KECCAK256_RLP, account.code.hash)
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address)
    const code = sameBytes(account.codeHash, noCode.hash)
      ? noCode
      : this.#codes.get(bytesToHex(account.codeHash))
    if (code === undefined) throw new TypeError(`No code is known for the account ${address.toString()}.`)
    this.#setAccount(address.toString(), { nonce: account.nonce, balanceWei: account.balance, code })
  }

  async deleteAccount(address: Address): Promise<void> {
    const name = address.toString()
    if (this.#account(name, address) === undefined) return
    this.#setAccount(name, null)
    await this.clearStorage(address)
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account()
    if (fields.nonce !== undefined) account.nonce = fields.nonce
    if (fields.balance !== undefined) account.balance = fields.balance
    await this.putAccount(address, account)
  }

  async putCode(address: Address, value: Uint8Array): Promise<void> {
    const name = address.toString()
    const account = this.#account(name, address) ?? { nonce: 0n, balanceWei: 0n }
    const code = contractCode(value)
    this.#codes.set(bytesToHex(code.hash), code)
    this.#setAccount(name, { nonce: account.nonce, balanceWei: account.balanceWei, code })
  }

  async getCode(address: Address): Promise<Uint8Array> {
    return this.#account(address.toString(), address)?.code.bytes ?? noCode.bytes
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    const change = this.#storage.get(address.toString())
    const written = change?.slots.get(bytesToHex(key))
    if (written !== undefined) return written
    return change?.cleared === true ? noCode.bytes : this.#base.storageAt(address.bytes, key)
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    const { slots } = this.#storageChange(address.toString())
    const slot = bytesToHex(key)
    const before = slots.get(slot)
    this.#undo.push(() => {
      if (before === undefined) slots.delete(slot)
      else slots.set(slot, before)
    })
    slots.set(slot, withoutLeadingZeros(value))
  }

  async clearStorage(address: Address): Promise<void> {
    const change = this.#storageChange(address.toString())
    const { cleared, slots } = change
    this.#undo.push(() => {
      change.cleared = cleared
      change.slots = slots
    })
    change.cleared = true
    change.slots = new Map()
  }

  #storageChange(name: Hex): StorageChange {
    let change = this.#storage.get(name)
    if (change === undefined) {
      change = { cleared: false, slots: new Map() }
      this.#storage.set(name, change)
    }
    return change
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length)
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop()
  }

  async revert(): Promise<void> {
    const start = this.#checkpoints.pop() ?? 0
    for (const undo of this.#undo.splice(start).reverse()) undo()
  }

  async getStateRoot(): Promise<Uint8Array> {
    return this.toWorldState().root
  }

  /** States are chosen with `reset`; the root is known only of the present one. */
  async setStateRoot(root: Uint8Array): Promise<void> {
    if (!(await this.hasStateRoot(root))) throw new Error('A journaled state cannot move to another root.')
  }

  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    return sameBytes(root, this.toWorldState().root)
  }

  /** Nothing is cached: the changes are the state. */
  clearCaches(): void {}

  shallowCopy(): JournaledState {
    return new JournaledState(this.toWorldState())
  }
}
