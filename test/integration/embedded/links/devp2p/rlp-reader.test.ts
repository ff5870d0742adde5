import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PeerFaultError } from '../../../../../src/embedded/links/devp2p/errors.ts'
import {
  isList,
  joinList,
  readBytes,
  readFixed,
  readList,
  readNumber,
  readTuple,
} from '../../../../../src/embedded/links/devp2p/rlp-reader.ts'

const bytes = fc.uint8Array({ maxLength: 400 })

test('reads what the library writes, and joins it again', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 20 }), (items) => {
      const encoded = RLP.encode(items)
      const read = readList(encoded, 20)
      expect(read.map((item) => readBytes(item, 400))).toEqual(items)
      expect(joinList(read)).toEqual(encoded)
    }),
  )
})

test('reads numbers up to 64 bits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      expect(readNumber(RLP.encode(value))).toBe(value)
    }),
  )
  expect(() => readNumber(RLP.encode(2n ** 64n))).toThrow(PeerFaultError)
})

test('whatever else comes is the fault of the peer, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
      try {
        for (const item of readList(input, 1000)) isList(item)
      } catch (error) {
        expect(error).toBeInstanceOf(PeerFaultError)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('refuses', () => {
  test.each<[string, () => unknown]>([
    ['nothing', () => readList(new Uint8Array(0), 1)],
    ['bytes after the end', () => readList(Uint8Array.of(0xc0, 0), 1)],
    ['a list that is cut off', () => readList(Uint8Array.of(0xc2, 1), 1)],
    ['a length beyond all bytes', () => readList(Uint8Array.of(0xff, ...new Uint8Array(8).fill(255)), 1)],
    ['a list of too many', () => readList(RLP.encode([1, 2]), 1)],
    ['a tuple of too few', () => readTuple(RLP.encode([1]), 2)],
    ['bytes that are too many', () => readBytes(RLP.encode(new Uint8Array(3)), 2)],
    ['bytes that are too few', () => readFixed(RLP.encode(new Uint8Array(3)), 4)],
    ['a list for bytes', () => readBytes(RLP.encode([]), 2)],
    ['an item that is not there', () => readBytes(undefined, 2)],
  ])('%s', (_, read) => {
    expect(read).toThrow(PeerFaultError)
  })
})
