import { genTransactionsTrieRoot } from '@ethereumjs/block'
import { createMerkleProof, MerklePatriciaTrie, verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { createLegacyTx } from '@ethereumjs/tx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex } from '../../../../../src/embedded/execution/bytes.ts'
import { indexedTrieRoot } from '../../../../../src/embedded/execution/state/indexed-trie-root.ts'
import { MerkleTrie } from '../../../../../src/embedded/execution/state/merkle-trie.ts'

const empty = MerkleTrie.empty<Uint8Array>((value) => value)
const pathOf = (key: Uint8Array) => bytesToHex(key).slice(2)

/** Keys of few different bytes share long prefixes, so that all kinds of nodes are made and unmade. */
const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0xff), { minLength: 4, maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes))
// Short values make nodes shorter than a hash, which are embedded in their parents.
const value = fc.uint8Array({ minLength: 1, maxLength: 40 })
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ key, value }) },
  { weight: 1, arbitrary: fc.record({ key, value: fc.constant(undefined) }) },
)

function apply(trie: MerkleTrie<Uint8Array>, change: { key: Uint8Array; value: Uint8Array | undefined }) {
  const path = pathOf(change.key)
  return change.value === undefined ? trie.delete(path) : trie.set(path, change.value)
}

describe('MerkleTrie', () => {
  it('has the root hashes of the library for any sequence of changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const reference = new MerklePatriciaTrie()
        let trie = empty
        for (const change of operations) {
          trie = apply(trie, change)
          if (change.value === undefined) await reference.del(change.key)
          else await reference.put(change.key, change.value)
          expect(bytesToHex(trie.rootHash)).toBe(bytesToHex(reference.root()))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('finds what was set last, and nothing that was deleted', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const expected = new Map<string, Uint8Array>()
        let trie = empty
        for (const change of operations) {
          trie = apply(trie, change)
          if (change.value === undefined) expected.delete(pathOf(change.key))
          else expected.set(pathOf(change.key), change.value)
        }
        for (const change of operations) {
          expect(trie.get(pathOf(change.key))).toEqual(expected.get(pathOf(change.key)))
        }
        expect(trie.isEmpty).toBe(expected.size === 0)
      }),
    )
  })

  it('leaves earlier tries as they were', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 20 }), (operations) => {
        const tries = [empty]
        const roots = [bytesToHex(empty.rootHash)]
        for (const change of operations) {
          const trie = apply(tries.at(-1) ?? empty, change)
          tries.push(trie)
          roots.push(bytesToHex(trie.rootHash))
        }
        expect(tries.map((trie) => bytesToHex(trie.rootHash))).toEqual(roots)
      }),
    )
  })

  it('proves presence and absence with the proofs of the library', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 30 }),
        key,
        async (operations, probe) => {
          const reference = new MerklePatriciaTrie()
          let trie = empty
          for (const change of operations) {
            trie = apply(trie, change)
            if (change.value === undefined) await reference.del(change.key)
            else await reference.put(change.key, change.value)
          }
          if (trie.isEmpty) return
          const proof = trie.proof(pathOf(probe))
          const expected = await createMerkleProof(reference, probe)
          // The library lists embedded nodes as entries of their own; a verifier needs none of them.
          const own = expected.filter((node, index) => index === 0 || node.length >= 32)
          expect(proof.map(bytesToHex)).toEqual(own.map(bytesToHex))
          const proven = await verifyMerkleProof(probe, proof, { root: trie.rootHash })
          expect(proven ?? undefined).toEqual(trie.get(pathOf(probe)))
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('indexedTrieRoot', () => {
  it.each([0, 1, 2, 127, 128, 129, 300])('is the library’s root for %i transactions', async (count) => {
    const transactions = Array.from({ length: count }, (_, nonce) => createLegacyTx({ nonce, gasPrice: 7 }))
    const root = indexedTrieRoot(transactions.map((transaction) => transaction.serialize()))
    expect(bytesToHex(root)).toBe(bytesToHex(await genTransactionsTrieRoot(transactions)))
  })

  it('differs when two items change places', () => {
    const [a, b] = [RLP.encode('a'), RLP.encode('b')]
    expect(bytesToHex(indexedTrieRoot([a, b]))).not.toBe(bytesToHex(indexedTrieRoot([b, a])))
  })
})
