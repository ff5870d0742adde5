import {
  BitArray,
  BitListType,
  BitVectorType,
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  type Type,
  UintBigintType,
  UintNumberType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { expect, test } from 'vitest'
import { blockBodyRoot } from '../../../src/faults/misbehaviour/signer/block-body-root.ts'

const { ssz } = await import('@lodestar/types')

let count = 0

/** Some value of a type: every list holds something, and no two parts are alike. */
function filled(type: Type<unknown>): unknown {
  count += 1
  const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => count * 7 + index)
  if (type instanceof ContainerType) {
    const fields = Object.entries(type.fields as Record<string, Type<unknown>>)
    return Object.fromEntries(fields.map(([name, field]) => [name, filled(field)]))
  }
  if (type instanceof VectorCompositeType)
    return Array.from({ length: type.length }, () => filled(type.elementType))
  if (type instanceof ListCompositeType || type instanceof ListBasicType)
    return Array.from({ length: Math.min(3, type.limit) }, () => filled(type.elementType))
  if (type instanceof BitListType) return BitArray.fromBoolArray([true, false, true, count % 2 === 0, true])
  if (type instanceof BitVectorType) return BitArray.fromSingleBit(type.lengthBits, count % type.lengthBits)
  if (type instanceof ByteListType) return bytes(count % 30)
  if (type instanceof ByteVectorType) return bytes(type.lengthBytes)
  if (type instanceof UintBigintType) return BigInt(count) << 40n
  if (type instanceof UintNumberType) return count
  throw new Error(`no value is known of ${type.typeName}`)
}

test.each(['electra', 'fulu'] as const)(
  'the root of a body is that of the protocol’s library, %s',
  (fork) => {
    const { BeaconBlockBody } = ssz[fork]
    const body = filled(BeaconBlockBody as unknown as Type<unknown>) as ReturnType<
      typeof BeaconBlockBody.defaultValue
    >
    const theirs = Buffer.from(BeaconBlockBody.hashTreeRoot(body)).toString('hex')
    expect(blockBodyRoot(BeaconBlockBody.toJson(body))).toBe(`0x${theirs}`)
    body.executionPayload.extraData = Uint8Array.of(1)
    expect(blockBodyRoot(BeaconBlockBody.toJson(body))).not.toBe(`0x${theirs}`)
  },
)

test('what is no body has no root', () => {
  expect(() => blockBodyRoot({ randao_reveal: '0x00' })).toThrow()
})
