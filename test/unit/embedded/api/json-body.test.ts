import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJsonBody, requireBodyKind } from '../../../../src/embedded/api/http/json-body.ts'
import { parameterKinds } from '../../../../src/embedded/api/http/parameters.ts'

describe('what the standard can have in a body is taken', () => {
  test.each([
    ['["1", 2, "18446744073709551615"]'],
    ['{"ids": ["0x00AB", "0x"], "statuses": ["active_ongoing"], "is_aggregator": true, "none": null}'],
    [`{"base_fee_per_gas": "${2n ** 256n - 1n}"}`],
  ])('%s', (text) => {
    expect(parseJsonBody(text)).toEqual(JSON.parse(text))
  })
})

describe('what it cannot have is refused, by its place', () => {
  test.each([
    ['{"slot": "-1"}', 'slot'],
    ['{"slot": "1.5"}', 'slot'],
    ['{"slot": " 1"}', 'slot'],
    ['{"slot": "12 apples"}', 'slot'],
    ['{"slot": "18446744073709551616"}', 'slot'],
    [`{"base_fee_per_gas": "${2n ** 256n}"}`, 'base_fee_per_gas'],
    ['{"slot": -1}', 'slot'],
    ['{"slot": 1.5}', 'slot'],
    ['{"slot": 9007199254740992}', 'slot'],
    ['{"root": "0xabc"}', 'root'],
    ['{"root": "0xgg"}', 'root'],
    ['["1", ""]', 'body'],
    ['{"a": ', 'JSON'],
    ['', 'JSON'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'deep'],
  ])('%.40s', (text, named) => {
    expect(() => parseJsonBody(text)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(named) }),
    )
  })
})

test('whatever comes, it is taken or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        expect(parseJsonBody(text)).toEqual(JSON.parse(text))
      } catch (error) {
        expect(error).toMatchObject({ status: 400 })
      }
    }),
  )
})

describe('a body is an object or a list as a whole', () => {
  const { object, objectArray, stringArray, anyArray } = parameterKinds
  test.each([
    [{}, object],
    [[], objectArray],
    [[{}], objectArray],
    [['1'], stringArray],
    [[{}, 1], anyArray],
    [undefined, object],
  ])('%j is right', (body, kind) => {
    expect(() => requireBodyKind(body, kind)).not.toThrow()
  })

  test.each([
    [[], object],
    [null, object],
    ['1', object],
    [{}, objectArray],
    [['1'], objectArray],
    [[null], objectArray],
    [[[]], objectArray],
    [{ length: 1 }, stringArray],
  ])('%j is wrong', (body, kind) => {
    expect(() => requireBodyKind(body, kind)).toThrow(expect.objectContaining({ status: 400 }))
  })
})
