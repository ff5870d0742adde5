import type { Reading } from './byte-parser.ts'
import { maskedCrc32c } from './crc32c.ts'
import { WireFaultError } from './errors.ts'
import { compressBlock, uncompressBlock } from './snappy-block.ts'

/** Kinds of chunks of the snappy framing format. Those from 0x80 on may be skipped. */
const chunkKinds = { compressed: 0x00, uncompressed: 0x01, firstSkippable: 0x80, identifier: 0xff } as const

const identifier = Buffer.from('sNaPpY')
const headerBytes = 4
const checksumBytes = 4
/** Data of one chunk, before compression. */
const chunkBytesMax = 65_536

/** `max_compressed_len` of phase0/p2p-interface.md: the worst case of snappy. */
export function compressedBytesMax(size: number): number {
  return 32 + size + Math.floor(size / 6)
}

/** What may come over the wire for `size` bytes: chunks that carry little cost their headers as well. */
function framedBytesMax(size: number): number {
  const chunks = Math.ceil(size / chunkBytesMax) + 1
  return compressedBytesMax(size) + headerBytes + identifier.length + chunks * (headerBytes + checksumBytes)
}

export function encodeFrames(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [header(chunkKinds.identifier, identifier.length), identifier]
  for (let start = 0; start < data.length; start += chunkBytesMax) {
    const plain = data.subarray(start, start + chunkBytesMax)
    const packed = compressBlock(plain)
    const isSmaller = packed.length < plain.length
    const body = isSmaller ? packed : plain
    const kind = isSmaller ? chunkKinds.compressed : chunkKinds.uncompressed
    const checksum = Buffer.alloc(checksumBytes)
    checksum.writeUInt32LE(maskedCrc32c(plain))
    parts.push(header(kind, checksumBytes + body.length), checksum, body)
  }
  return Buffer.concat(parts)
}

/**
 * Reads frames that hold `size` bytes.
 *
 * @throws {WireFaultError} `oversized` before it takes in more than so many bytes can need; `garbage`
 */
export function* readFrames(size: number): Reading<Uint8Array> {
  const parts: Uint8Array[] = []
  let filled = 0
  let isIdentified = false
  let allowance = framedBytesMax(size)
  while (filled < size) {
    const { kind, length } = parseHeader(yield headerBytes)
    allowance -= headerBytes + length
    if (allowance < 0) throw new WireFaultError('oversized', `snappy frames too large for ${size} bytes`)
    const body = yield length
    if (kind === chunkKinds.identifier) {
      if (!identifier.equals(body)) throw garbage('this is no snappy stream')
      isIdentified = true
      continue
    }
    if (!isIdentified) throw garbage('a snappy stream does not begin with its name')
    if (kind >= chunkKinds.firstSkippable) continue
    const part = unpack(kind, body, Math.min(chunkBytesMax, size - filled))
    filled += part.length
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

function unpack(kind: number, body: Uint8Array, bytesMax: number): Uint8Array {
  if (kind > chunkKinds.uncompressed) throw garbage(`snappy chunks of kind ${kind} are not known`)
  if (body.length < checksumBytes) throw garbage('a snappy chunk has no checksum')
  const data = body.subarray(checksumBytes)
  const plain = kind === chunkKinds.compressed ? uncompressBlock(data, bytesMax) : data
  if (plain.length > bytesMax) throw new WireFaultError('oversized', 'a snappy chunk holds too much')
  const checksum = Buffer.from(body.buffer, body.byteOffset, checksumBytes).readUInt32LE()
  if (checksum !== maskedCrc32c(plain)) throw garbage('the checksum of a snappy chunk is wrong')
  return plain
}

function header(kind: number, length: number): Uint8Array {
  return Uint8Array.of(kind, length & 0xff, (length >>> 8) & 0xff, length >>> 16)
}

function parseHeader([kind = 0, low = 0, middle = 0, high = 0]: Uint8Array): {
  kind: number
  length: number
} {
  return { kind, length: low | (middle << 8) | (high << 16) }
}

function garbage(detail: string): WireFaultError {
  return new WireFaultError('garbage', detail)
}
