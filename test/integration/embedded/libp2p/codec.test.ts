import fc from 'fast-check'
import { uncompress } from 'snappyjs'
import { expect, test } from 'vitest'
import { ByteParser, type Reading } from '../../../../src/embedded/links/libp2p/byte-parser.ts'
import { maskedCrc32c } from '../../../../src/embedded/links/libp2p/crc32c.ts'
import { WireFaultError } from '../../../../src/embedded/links/libp2p/errors.ts'
import { readRpc } from '../../../../src/embedded/links/libp2p/gossip-guard.ts'
import {
  encodeChunk,
  encodeRequest,
  encodeVarint,
  readChunk,
  readRequest,
  readVarint,
} from '../../../../src/embedded/links/libp2p/payload.ts'
import { protocolRules } from '../../../../src/embedded/links/libp2p/protocol-rules.ts'
import { compressBlock, uncompressBlock } from '../../../../src/embedded/links/libp2p/snappy-block.ts'
import { encodeFrames, readFrames } from '../../../../src/embedded/links/libp2p/snappy-frames.ts'
import { protocolIds } from '../../../../src/embedded/sync/protocols.ts'

const blockRules = protocolRules(protocolIds.blocksByRange)

/** Data as it is: some random, some that can be packed well, some longer than a frame. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 4000 }))
    .map(([piece, count]) => new Uint8Array(Buffer.concat(new Array(count).fill(piece)))),
)

/** The values that are read from bytes, which come in pieces of these sizes. */
function parse<Value>(begin: () => Reading<Value>, bytes: Uint8Array, sizes: readonly number[]): Value[] {
  const parser = new ByteParser(begin)
  const values: Value[] = []
  let start = 0
  for (let i = 0; start < bytes.length; i++) {
    const end = start + (sizes[i % sizes.length] ?? 1)
    values.push(...parser.push(bytes.subarray(start, end)))
    start = end
  }
  return values
}

const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 })

/** What a reading makes of bytes of strangers: values, or a fault of theirs; nothing else. */
function outcome(read: () => unknown): 'values' | 'fault' {
  try {
    read()
    return 'values'
  } catch (error) {
    if (error instanceof WireFaultError) return 'fault'
    throw error
  }
}

test('the checksum is that of the specification of CRC-32C, masked', () => {
  const unmasked = 0xe3069283
  const masked = (((unmasked >>> 15) | (unmasked << 17)) + 0xa282ead8) >>> 0
  expect(maskedCrc32c(Buffer.from('123456789'))).toBe(masked)
})

test('a snappy block comes back', () => {
  fc.assert(
    fc.property(data, (bytes) => {
      const block = compressBlock(bytes)
      const unpacked = uncompressBlock(block, bytes.length)
      expect(Buffer.compare(unpacked, bytes)).toBe(0)
      expect(Buffer.compare(unpacked, uncompress(block))).toBe(0)
    }),
  )
})

test('snappy blocks of strangers are unpacked within the limit, or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      outcome(() => expect(uncompressBlock(bytes, 10_000).length).toBeLessThanOrEqual(10_000))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['a length that goes backwards', [20, 63 << 2, 0xf0, 0xff, 0xff, 0xff]],
  ['a copy from before the data', [4, 0x01, 0x01]],
  ['a copy without an offset', [8, 0 << 2, 65, 0x02 | (3 << 2), 0, 0]],
  ['less than it says', [4, 0 << 2, 65]],
  ['more than it says', [1, 1 << 2, 65, 66]],
  ['a size without an end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ['a literal that is cut off', [4, 3 << 2, 65]],
])('a snappy block with %s is garbage', (_, bytes) => {
  expect(() => uncompressBlock(Uint8Array.from(bytes), 100)).toThrow(
    expect.objectContaining({ fault: 'garbage' }),
  )
})

test('a snappy block that would be too large is not unpacked', () => {
  const block = Buffer.concat([encodeVarint(2 ** 31), Uint8Array.of(0)])
  expect(() => uncompressBlock(block, 100)).toThrow(expect.objectContaining({ fault: 'oversized' }))
})

test('frames come back, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(data, sizes, (bytes, pieces) => {
      fc.pre(bytes.length > 0)
      const values = parse(() => readFrames(bytes.length), encodeFrames(bytes), pieces)
      expect(values.map((value) => Buffer.compare(value, bytes))).toEqual([0])
    }),
  )
})

test('a damaged frame is refused, and never taken for another one', () => {
  fc.assert(
    fc.property(data, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
      fc.pre(bytes.length > 0)
      const frames = encodeFrames(bytes)
      const i = at % frames.length
      frames[i] = (frames[i] ?? 0) ^ change
      outcome(() => {
        for (const value of parse(() => readFrames(bytes.length), frames, [frames.length])) {
          expect(Buffer.compare(value, bytes)).toBe(0)
        }
      })
    }),
    { numRuns: 500 },
  )
})

test('frames that carry nothing come to an end', () => {
  const padding = Uint8Array.of(0xfe, 0, 0, 0)
  const frames = encodeFrames(Uint8Array.of(1)).subarray(0, 10)
  const endless = Buffer.concat([frames, ...new Array(1000).fill(padding)])
  expect(() => parse(() => readFrames(100), endless, [100])).toThrow(
    expect.objectContaining({ fault: 'oversized' }),
  )
})

test('response chunks come back, in whatever pieces they arrive', () => {
  const chunk = fc.record({
    code: fc.constant('success' as const),
    context: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    data,
  })
  const problem = fc.record({
    code: fc.constantFrom(
      'invalid-request' as const,
      'server-error' as const,
      'resource-unavailable' as const,
    ),
    context: fc.constant(new Uint8Array(0)),
    data: fc.uint8Array({ maxLength: 256 }),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(chunk, problem), { maxLength: 5 }), sizes, (chunks, pieces) => {
      const bytes = Buffer.concat(chunks.map(encodeChunk))
      const values = parse(() => readChunk(blockRules), bytes, pieces)
      const described = (all: typeof values) =>
        all.map(({ code, context, data }) => [code, Buffer.from(context).toString('hex'), hash(data)])
      expect(described(values)).toEqual(described(chunks))
    }),
  )
})

test('requests come back', () => {
  const rules = protocolRules(protocolIds.blocksByRoot)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: rules.requestBytesMax }), sizes, (request, pieces) => {
      const values = parse(() => readRequest(rules), encodeRequest(request, rules), pieces)
      expect(values.map((value) => Buffer.compare(value, request))).toEqual([0])
    }),
  )
})

test('a request of more than its protocol has is refused by its length', () => {
  const rules = protocolRules(protocolIds.ping)
  const announced = encodeVarint(rules.requestBytesMax + 1)
  expect(() => parse(() => readRequest(rules), announced, [1])).toThrow(
    expect.objectContaining({ fault: 'oversized' }),
  )
})

test('whatever strangers send is read, or refused', () => {
  const readings = [
    () => readChunk(blockRules),
    () => readRequest(protocolRules(protocolIds.blocksByRoot)),
    () => readRpc(),
  ] as const
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      sizes,
      fc.constantFrom(...readings),
      (bytes, pieces, begin) => {
        outcome(() => parse<unknown>(begin, bytes, pieces))
      },
    ),
    { numRuns: 2000 },
  )
})

test('numbers come back, and have an end', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(parse(() => readVarint(), encodeVarint(value), [1])).toEqual([value])
    }),
  )
  expect(() => parse(() => readVarint(), new Uint8Array(11).fill(0xff), [1])).toThrow(
    expect.objectContaining({ fault: 'garbage' }),
  )
})

test('every protocol that is spoken has rules', () => {
  for (const protocol of Object.values(protocolIds)) expect(protocolRules(protocol)).toBeDefined()
  expect(() => protocolRules('/eth2/beacon_chain/req/unheard_of/1/ssz_snappy')).toThrow(RangeError)
})

function hash(bytes: Uint8Array): string {
  return `${bytes.length} ${maskedCrc32c(bytes)}`
}
