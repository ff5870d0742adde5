import { RLP } from '@ethereumjs/rlp'
import { bytesToHex } from '../bytes.ts'
import { MerkleTrie } from './merkle-trie.ts'

const emptyTrie = MerkleTrie.empty<Uint8Array>((value) => value)

/**
 * Root of the trie of encoded items by their index: transactions, receipts or withdrawals of a block
 * (Yellow Paper, section 4.4). Indices have paths of different lengths, but none is the start of another.
 */
export function indexedTrieRoot(items: readonly Uint8Array[]): Uint8Array {
  let trie = emptyTrie
  for (const [index, item] of items.entries()) {
    trie = trie.set(bytesToHex(RLP.encode(index)).slice(2), item)
  }
  return trie.rootHash
}
