import { PeerFaultError } from './errors.ts'

/** Reads what a peer has sent, RLP, one list at a time and never deeper than asked: what is left is bytes. */
interface Item {
  readonly isList: boolean
  /** Where the content begins. */
  readonly start: number
  /** Where the next item begins. */
  readonly end: number
}

/**
 * The items of a list, each with its own prefix.
 * @param max how many there may be
 * @throws PeerFaultError
 */
export function readList(encoded: Uint8Array, max: number): Uint8Array[] {
  const list = wholeItem(encoded)
  if (!list.isList) throw garbage('bytes where a list belongs')
  const items: Uint8Array[] = []
  for (let position = list.start; position < list.end; ) {
    if (items.length >= max) throw new PeerFaultError('oversized', `a list of more than ${max} items`)
    const { end } = itemAt(encoded, position, list.end)
    items.push(encoded.subarray(position, end))
    position = end
  }
  return items
}

/** A list of a fixed number of items. @throws PeerFaultError */
export function readTuple(encoded: Uint8Array, length: number): Uint8Array[] {
  const items = readList(encoded, length)
  if (items.length !== length) throw garbage(`${items.length} items where ${length} belong`)
  return items
}

/** @param item undefined for one that is missing. @throws PeerFaultError */
export function readBytes(item: Uint8Array | undefined, lengthMax: number): Uint8Array {
  if (item === undefined) throw garbage('an item is missing')
  const { isList, start, end } = wholeItem(item)
  if (isList) throw garbage('a list where bytes belong')
  if (end - start > lengthMax) throw new PeerFaultError('oversized', `${end - start} bytes of ${lengthMax}`)
  return item.subarray(start, end)
}

/** Bytes of a fixed length, as hashes are. @throws PeerFaultError */
export function readFixed(item: Uint8Array | undefined, length: number): Uint8Array {
  const bytes = readBytes(item, length)
  if (bytes.length !== length) throw garbage(`${bytes.length} bytes where ${length} belong`)
  return bytes
}

/** A number of at most 64 bits. @throws PeerFaultError */
export function readNumber(item: Uint8Array | undefined): bigint {
  let value = 0n
  for (const byte of readBytes(item, 8)) value = (value << 8n) | BigInt(byte)
  return value
}

/** Whether an item is a list. @throws PeerFaultError */
export function isList(encoded: Uint8Array): boolean {
  return wholeItem(encoded).isList
}

/** Joins items that are encoded already into a list. */
export function joinList(items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.length, 0)
  const prefix = length < 56 ? [0xc0 + length] : longPrefix(0xf7, length)
  const joined = new Uint8Array(prefix.length + length)
  joined.set(prefix)
  let position = prefix.length
  for (const item of items) {
    joined.set(item, position)
    position += item.length
  }
  return joined
}

function longPrefix(base: number, length: number): number[] {
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return [base + digits.length, ...digits]
}

function wholeItem(encoded: Uint8Array): Item {
  const item = itemAt(encoded, 0, encoded.length)
  if (item.end !== encoded.length) throw garbage('bytes after the end')
  return item
}

/** The item that begins at a position (Ethereum yellow paper, appendix B). */
function itemAt(bytes: Uint8Array, position: number, limit: number): Item {
  const first = bytes[position]
  if (first === undefined || position >= limit) throw garbage('nothing where an item belongs')
  if (first < 0x80) return { isList: false, start: position, end: position + 1 }
  const isList = first >= 0xc0
  const short = first - (isList ? 0xc0 : 0x80)
  const lengthBytes = Math.max(0, short - 55)
  const start = position + 1 + lengthBytes
  const length = lengthBytes === 0 ? short : longLength(bytes, position + 1, start)
  const end = start + length
  if (end > limit) throw garbage('an item that is longer than what holds it')
  return { isList, start, end }
}

function longLength(bytes: Uint8Array, from: number, to: number): number {
  let length = 0
  for (let position = from; position < to; position++) length = length * 256 + (bytes[position] ?? 0)
  return length
}

function garbage(detail: string): PeerFaultError {
  return new PeerFaultError('garbage', `RLP: ${detail}`)
}
