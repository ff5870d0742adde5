import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { HDKey } from '@scure/bip32'
import { checksumAddress } from './checksum-address.ts'
import type { AccountPlan } from './manifest.ts'
import { checkMnemonic, mnemonicSeed } from './mnemonic.ts'
import type { NetworkOptions } from './options.ts'

const defaultCount = 10
const defaultMnemonic = 'test test test test test test test test test test test junk'
const defaultBalanceEther = 10_000
const weiPerEther = 10n ** 18n

/**
 * Prefunded accounts at m/44'/60'/0'/0/i (BIP-32, BIP-44), as every wallet derives them.
 *
 * @throws OptionError for a mnemonic that is not valid.
 */
export function planAccounts(accounts: NetworkOptions['accounts'] = {}): AccountPlan[] {
  const options = typeof accounts === 'number' ? { count: accounts } : accounts
  const { count = defaultCount, mnemonic = defaultMnemonic, balanceEther = defaultBalanceEther } = options
  const wallet = walletOf(checkMnemonic(mnemonic, 'accounts.mnemonic'))
  const balanceWei = (BigInt(balanceEther) * weiPerEther).toString()
  return Array.from({ length: count }, (_, index) => ({ ...wallet.account(index), balanceWei }))
}

/** Wallets that are remembered: elliptic curves are slow in JavaScript, and most networks have one mnemonic. */
const walletsMax = 16
const wallets = new Map<string, Wallet>()

function walletOf(mnemonic: string): Wallet {
  const wallet = wallets.get(mnemonic) ?? new Wallet(mnemonic)
  if (wallets.size < walletsMax) wallets.set(mnemonic, wallet)
  return wallet
}

/** The accounts of a mnemonic, each derived when it is first asked for. */
class Wallet {
  readonly #mnemonic: string
  readonly #accounts: KeyPair[] = []
  #parent: HDKey | undefined

  constructor(mnemonic: string) {
    this.#mnemonic = mnemonic
  }

  account(index: number): KeyPair {
    this.#parent ??= HDKey.fromMasterSeed(mnemonicSeed(this.#mnemonic)).derive("m/44'/60'/0'/0")
    this.#accounts[index] ??= keyPair(this.#parent, index)
    return this.#accounts[index]
  }
}

type KeyPair = Pick<AccountPlan, 'address' | 'privateKey'>

/** Addresses are the last 20 bytes of the hash of the public key without its 0x04 (Yellow Paper, F). */
function keyPair(parent: HDKey, index: number): KeyPair {
  const { privateKey } = parent.deriveChild(index)
  // Only a key without its private part derives children that lack theirs.
  if (privateKey === null) throw new TypeError('a private parent key has derived a public child')
  const publicKey = secp256k1.getPublicKey(privateKey, false).subarray(1)
  return {
    address: checksumAddress(keccak_256(publicKey).subarray(12)),
    privateKey: `0x${bytesToHex(privateKey)}`,
  }
}
