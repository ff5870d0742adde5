import { RLP } from '@ethereumjs/rlp'
import { keccak256, packBytes, unpackBytes } from '../bytes.ts'
import { hexPrefix, type TriePath, withoutHexPrefix } from './trie-path.ts'

/** What RLP can encode. */
export type RlpItem = Uint8Array | RlpItem[]

const nothing = new Uint8Array(0)

/**
 * A node of a Merkle Patricia trie (Yellow Paper, appendix D). Nodes never change, so tries of successive
 * blocks share all nodes but those on the changed paths, and the encoding is computed once, when asked for.
 */
export abstract class TrieNode<Value> {
  /** Packed. A node shorter than a hash has none, and is short enough to be encoded again. */
  #hash: string | undefined

  protected abstract structure(encodeValue: (value: Value) => Uint8Array): RlpItem

  encoding(encodeValue: (value: Value) => Uint8Array): Uint8Array {
    return RLP.encode(this.structure(encodeValue))
  }

  /** How a parent holds this node: its hash, or the node itself when that is shorter than a hash. */
  reference(encodeValue: (value: Value) => Uint8Array): RlpItem {
    if (this.#hash !== undefined) return unpackBytes(this.#hash)
    const structure = this.structure(encodeValue)
    const encoded = RLP.encode(structure)
    if (encoded.length < 32) return structure
    const hash = keccak256(encoded)
    this.#hash = packBytes(hash)
    return hash
  }
}

/** A state is mostly leaves: each keeps its path as it is encoded, packed, which takes half of its digits' room. */
export class LeafNode<Value> extends TrieNode<Value> {
  readonly #packedPath: string

  constructor(
    path: TriePath,
    readonly value: Value,
  ) {
    super()
    this.#packedPath = packBytes(hexPrefix(path, true))
  }

  get path(): TriePath {
    return withoutHexPrefix(unpackBytes(this.#packedPath))
  }

  protected structure(encodeValue: (value: Value) => Uint8Array): RlpItem {
    return [unpackBytes(this.#packedPath), encodeValue(this.value)]
  }
}

export class ExtensionNode<Value> extends TrieNode<Value> {
  constructor(
    readonly path: TriePath,
    readonly child: BranchNode<Value>,
  ) {
    super()
  }

  protected structure(encodeValue: (value: Value) => Uint8Array): RlpItem {
    return [hexPrefix(this.path, false), this.child.reference(encodeValue)]
  }
}

/** All keys of a trie here have the same length, so a branch never holds a value of its own. */
export class BranchNode<Value> extends TrieNode<Value> {
  constructor(readonly children: readonly (AnyTrieNode<Value> | undefined)[]) {
    super()
  }

  withChild(nibble: number, child: AnyTrieNode<Value> | undefined): BranchNode<Value> {
    const children = this.children.slice()
    children[nibble] = child
    return new BranchNode(children)
  }

  protected structure(encodeValue: (value: Value) => Uint8Array): RlpItem {
    const items: RlpItem[] = this.children.map((child) => child?.reference(encodeValue) ?? nothing)
    items.push(nothing)
    return items
  }
}

export type AnyTrieNode<Value> = LeafNode<Value> | ExtensionNode<Value> | BranchNode<Value>

/** A branch with children at the given nibbles only. */
export function branchOf<Value>(entries: readonly (readonly [number, AnyTrieNode<Value>])[]) {
  const children = new Array<AnyTrieNode<Value> | undefined>(16).fill(undefined)
  for (const [nibble, node] of entries) children[nibble] = node
  return new BranchNode<Value>(children)
}
