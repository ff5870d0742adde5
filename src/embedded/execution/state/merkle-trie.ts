import { KECCAK256_RLP } from '@ethereumjs/util'
import { keccak256 } from '../bytes.ts'
import { type AnyTrieNode, BranchNode, branchOf, ExtensionNode, LeafNode } from './trie-node.ts'
import { nibbleAt, sharedPrefixLength, type TriePath } from './trie-path.ts'

/**
 * An immutable Merkle Patricia trie over keys of one length. `set` and `delete` return another trie.
 *
 * The library's trie (@ethereumjs/mpt) keeps its nodes by hash in a database that either forgets nothing or
 * forgets what a reorganisation may still need. Here a state is a reference to its root: to forget a state
 * is to drop the reference, and the garbage collector frees exactly what no other state shares.
 */
export class MerkleTrie<Value> {
  readonly #root: AnyTrieNode<Value> | undefined
  readonly #encodeValue: (value: Value) => Uint8Array

  private constructor(root: AnyTrieNode<Value> | undefined, encodeValue: (value: Value) => Uint8Array) {
    this.#root = root
    this.#encodeValue = encodeValue
  }

  static empty<Value>(encodeValue: (value: Value) => Uint8Array): MerkleTrie<Value> {
    return new MerkleTrie<Value>(undefined, encodeValue)
  }

  get isEmpty(): boolean {
    return this.#root === undefined
  }

  /** Root hash, 32 bytes. */
  get rootHash(): Uint8Array {
    if (this.#root === undefined) return KECCAK256_RLP
    const reference = this.#root.reference(this.#encodeValue)
    // A root shorter than a hash is hashed all the same.
    return reference instanceof Uint8Array ? reference : keccak256(this.#root.encoding(this.#encodeValue))
  }

  get(path: TriePath): Value | undefined {
    let node = this.#root
    let position = 0
    while (node !== undefined) {
      if (node instanceof LeafNode) return node.path === path.slice(position) ? node.value : undefined
      if (node instanceof ExtensionNode) {
        if (!path.startsWith(node.path, position)) return undefined
        position += node.path.length
        node = node.child
      } else {
        node = node.children[nibbleAt(path, position)]
        position++
      }
    }
    return undefined
  }

  set(path: TriePath, value: Value): MerkleTrie<Value> {
    return new MerkleTrie(inserted(this.#root, path, value), this.#encodeValue)
  }

  delete(path: TriePath): MerkleTrie<Value> {
    const root = removed(this.#root, path)
    return root === this.#root ? this : new MerkleTrie(root, this.#encodeValue)
  }

  /** The encoded nodes from the root towards the path (EIP-1186): a proof of its value or of its absence. */
  proof(path: TriePath): Uint8Array[] {
    const nodes: Uint8Array[] = []
    let node = this.#root
    let position = 0
    while (node !== undefined) {
      // A node shorter than a hash is part of its parent's encoding, so it has no entry of its own.
      const isOwnEntry = nodes.length === 0 || node.reference(this.#encodeValue) instanceof Uint8Array
      if (isOwnEntry) nodes.push(node.encoding(this.#encodeValue))
      if (node instanceof LeafNode) break
      if (node instanceof ExtensionNode) {
        if (!path.startsWith(node.path, position)) break
        position += node.path.length
        node = node.child
      } else {
        node = node.children[nibbleAt(path, position)]
        position++
      }
    }
    return nodes
  }
}

function inserted<Value>(
  node: AnyTrieNode<Value> | undefined,
  path: TriePath,
  value: Value,
): AnyTrieNode<Value> {
  if (node === undefined) return new LeafNode(path, value)
  if (node instanceof BranchNode) {
    const nibble = nibbleAt(path, 0)
    return node.withChild(nibble, inserted(node.children[nibble], path.slice(1), value))
  }
  if (node instanceof LeafNode && node.path === path) return new LeafNode(path, value)
  const shared = sharedPrefixLength(node.path, path)
  if (node instanceof ExtensionNode && shared === node.path.length) {
    return new ExtensionNode(node.path, inserted(node.child, path.slice(shared), value) as BranchNode<Value>)
  }
  const old = [nibbleAt(node.path, shared), shortened(node, shared + 1)] as const
  const added = [nibbleAt(path, shared), new LeafNode(path.slice(shared + 1), value)] as const
  return withPrefix(path.slice(0, shared), branchOf<Value>([old, added]))
}

/** What stays of a leaf or an extension when its first nibbles are taken by a branch above it. */
function shortened<Value>(node: LeafNode<Value> | ExtensionNode<Value>, count: number): AnyTrieNode<Value> {
  return node instanceof LeafNode
    ? new LeafNode(node.path.slice(count), node.value)
    : withPrefix(node.path.slice(count), node.child)
}

function withPrefix<Value>(prefix: TriePath, node: AnyTrieNode<Value>): AnyTrieNode<Value> {
  if (prefix === '') return node
  if (node instanceof LeafNode) return new LeafNode(prefix + node.path, node.value)
  if (node instanceof ExtensionNode) return new ExtensionNode(prefix + node.path, node.child)
  return new ExtensionNode(prefix, node)
}

function removed<Value>(
  node: AnyTrieNode<Value> | undefined,
  path: TriePath,
): AnyTrieNode<Value> | undefined {
  if (node === undefined) return undefined
  if (node instanceof LeafNode) return node.path === path ? undefined : node
  if (node instanceof ExtensionNode) {
    if (!path.startsWith(node.path)) return node
    const child = removed(node.child, path.slice(node.path.length))
    if (child === node.child) return node
    return child === undefined ? undefined : withPrefix(node.path, child)
  }
  const nibble = nibbleAt(path, 0)
  const child = removed(node.children[nibble], path.slice(1))
  return child === node.children[nibble] ? node : collapsed(node.withChild(nibble, child))
}

/** A branch with a single child is not canonical: the child takes the branch's nibble into its own path. */
function collapsed<Value>(branch: BranchNode<Value>): AnyTrieNode<Value> | undefined {
  let only: AnyTrieNode<Value> | undefined
  let onlyNibble = 0
  for (const [nibble, child] of branch.children.entries()) {
    if (child === undefined) continue
    if (only !== undefined) return branch
    only = child
    onlyNibble = nibble
  }
  return only === undefined ? undefined : withPrefix(onlyNibble.toString(16), only)
}
