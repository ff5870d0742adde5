import { compress } from 'snappyjs'
import { WireFaultError } from './errors.ts'

/** Raw snappy (the format's `format_description.txt`): what gossip carries, and a frame holds. */
export function compressBlock(data: Uint8Array): Uint8Array {
  return compress(data)
}

/**
 * Our own reading of the format: the library's trusts the lengths in it, and can be kept busy for ever.
 *
 * @throws {WireFaultError} `garbage`, or `oversized` before anything is unpacked
 */
export function uncompressBlock(block: Uint8Array, bytesMax: number): Uint8Array {
  const { size, start } = readSize(block)
  if (size > bytesMax) throw new WireFaultError('oversized', `${size} bytes unpacked, of at most ${bytesMax}`)
  const unpacked = new Uint8Array(size)
  let filled = 0
  for (let at = start; at < block.length; ) {
    const element = readElement(block, at)
    const end = filled + element.length
    if (end > size) throw garbage('a snappy block unpacks to more than it says')
    if (element.offset === 0) {
      if (element.next > block.length) throw garbage('a snappy literal is cut off')
      unpacked.set(block.subarray(element.next - element.length, element.next), filled)
    } else {
      if (element.offset > filled) throw garbage('a snappy copy begins before the data')
      copyWithin(unpacked, filled, element)
    }
    filled = end
    at = element.next
  }
  if (filled < size) throw garbage('a snappy block unpacks to less than it says')
  return unpacked
}

interface Element {
  readonly length: number
  /** How far back a copy begins; 0 of a literal. */
  readonly offset: number
  /** Where the next element begins. */
  readonly next: number
}

/** Longer literals have their lengths written out, in 1 to 4 bytes. */
const shortLiteralMax = 60

/** The two low bits of its first byte, the tag, say what an element is. */
function readElement(block: Uint8Array, at: number): Element {
  const tag = block[at] ?? 0
  const high = tag >>> 2
  const body = at + 1
  switch (tag & 3) {
    case 0:
      return readLiteral(block, high, body)
    case 1: {
      const offset = ((high >>> 3) << 8) | readNumber(block, body, 1)
      return { length: (high & 7) + 4, offset: checked(offset), next: body + 1 }
    }
    case 2:
      return { length: high + 1, offset: checked(readNumber(block, body, 2)), next: body + 2 }
    default:
      return { length: high + 1, offset: checked(readNumber(block, body, 4)), next: body + 4 }
  }
}

function readLiteral(block: Uint8Array, high: number, body: number): Element {
  const sizeBytes = Math.max(0, high + 1 - shortLiteralMax)
  const length = 1 + (sizeBytes === 0 ? high : readNumber(block, body, sizeBytes))
  return { length, offset: 0, next: body + sizeBytes + length }
}

function checked(offset: number): number {
  if (offset === 0) throw garbage('a snappy copy has no offset')
  return offset
}

/** A copy may overlap itself, and then repeats what it has just written. */
function copyWithin(unpacked: Uint8Array, filled: number, { length, offset }: Element): void {
  if (offset >= length) unpacked.copyWithin(filled, filled - offset, filled - offset + length)
  else for (let i = filled; i < filled + length; i++) unpacked[i] = unpacked[i - offset] ?? 0
}

/** Little-endian, as all numbers of the format. */
function readNumber(block: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let i = 0; i < bytes; i++) {
    const byte = block[at + i]
    if (byte === undefined) throw garbage('a snappy block is cut off')
    value += byte * 2 ** (8 * i)
  }
  return value
}

function readSize(block: Uint8Array): { size: number; start: number } {
  let size = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[i]
    if (byte === undefined) break
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { size, start: i + 1 }
  }
  throw garbage('a snappy block does not tell its size')
}

function garbage(detail: string): WireFaultError {
  return new WireFaultError('garbage', detail)
}
