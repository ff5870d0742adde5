import type { Root } from '../fork-choice/types.ts'

/** Bytes of a finalized block's place in a segment of the canonical chain: its slot, and its root. */
const PLACE_BYTES = 40
const SLOT_DIGITS = 16

/** `!` is in no node's name, and sorts before all that is. */
export const keys = {
  version: 'version',
  /** All keys that begin with a prefix are from it to this. */
  endOf: (prefix: string) => `${prefix}\uffff`,
  block: (root: Root) => `block!${root}`,
  blocks: 'block!',
  state: (root: Root) => `state!${root}`,
  nodes: 'node!',
  node: (name: string) => `node!${name}!`,
  anchor: (name: string) => `node!${name}!anchor`,
  unfinalized: (name: string, root: Root) => `node!${name}!unfinalized!${root}`,
  allUnfinalized: (name: string) => `node!${name}!unfinalized!`,
  /** Of a segment of the finalized chain, by its last slot. */
  finalized: (name: string, lastSlot: number) => `node!${name}!finalized!${ordered(lastSlot)}`,
  allFinalized: (name: string) => `node!${name}!finalized!`,
} as const

export interface NodeKey {
  readonly name: string
  readonly kind: string
  /** Of an unfinalized block, its root. */
  readonly rest: string | undefined
}

export function parseNodeKey(key: string): NodeKey {
  const [, name = '', kind = '', rest] = key.split('!')
  return { name, kind, rest }
}

/** So that the order of keys is the order of slots. */
function ordered(slot: number): string {
  return slot.toString(16).padStart(SLOT_DIGITS, '0')
}

export interface Place {
  readonly slot: number
  readonly root: Root
}

export function encodePlaces(places: readonly Place[]): Uint8Array {
  const bytes = Buffer.alloc(places.length * PLACE_BYTES)
  for (const [index, { slot, root }] of places.entries()) {
    bytes.writeBigUInt64BE(BigInt(slot), index * PLACE_BYTES)
    bytes.write(root.slice(2), index * PLACE_BYTES + 8, 'hex')
  }
  return bytes
}

/** @throws RangeError when the bytes are not whole places. */
export function decodePlaces(bytes: Uint8Array): Place[] {
  if (bytes.length % PLACE_BYTES !== 0) throw new RangeError(`${bytes.length} bytes are not whole places.`)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / PLACE_BYTES }, (_, index) => {
    const offset = index * PLACE_BYTES
    return {
      slot: Number(view.readBigUInt64BE(offset)),
      root: `0x${view.toString('hex', offset + 8, offset + PLACE_BYTES)}`,
    }
  })
}
