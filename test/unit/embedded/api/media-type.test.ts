import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BeaconApiError } from '../../../../src/embedded/api/errors.ts'
import { acceptedFormat, bodyFormat } from '../../../../src/embedded/api/http/media-type.ts'

const both = ['json', 'ssz'] as const

describe('the format of an answer', () => {
  test.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['application/octet-stream', 'ssz'],
    ['APPLICATION/OCTET-STREAM', 'ssz'],
    ['application/octet-stream;q=1.0,application/json;q=0.9', 'ssz'],
    ['application/octet-stream;q=0.5, application/json;q=0.9', 'json'],
    ['application/json, application/octet-stream', 'json'],
    ['application/octet-stream, */*;q=0.1', 'ssz'],
    ['application/json;q=0, */*', 'ssz'],
    ['text/html, application/octet-stream;v=1;q=0.2', 'ssz'],
  ])('%s: %s', (accept, format) => {
    expect(acceptedFormat(accept, both)).toBe(format)
  })

  test.each(['text/html', 'application/json;q=0', 'application/json;q=2', 'application/json;q=x', ',;'])(
    '%s: none',
    (accept) => {
      expect(() => acceptedFormat(accept, ['json'])).toThrow(expect.objectContaining({ status: 406 }))
    },
  )

  test('is one of those offered, or there is none, whatever is accepted', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom([...both], ['json' as const]), (accept, offered) => {
        try {
          expect(offered).toContain(acceptedFormat(accept, offered))
        } catch (error) {
          expect(error).toBeInstanceOf(BeaconApiError)
        }
      }),
    )
  })
})

describe('the format of a body', () => {
  test.each([
    [undefined, 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['Application/Octet-Stream', 'ssz'],
  ])('%s: %s', (contentType, format) => {
    expect(bodyFormat(contentType, both)).toBe(format)
  })

  test.each([['text/plain'], [''], ['application/octet-stream']])('%s is not understood', (contentType) => {
    expect(() => bodyFormat(contentType, ['json'])).toThrow(expect.objectContaining({ status: 415 }))
  })
})
