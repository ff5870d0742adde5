import { expect, test } from 'vitest'
import { readBlockId, readRoot, readStateId } from '../../../../src/embedded/api/ids/block-id.ts'

const root = `0x${'ab'.repeat(32)}`

test.each([
  ['head', 'head'],
  ['genesis', 'genesis'],
  ['finalized', 'finalized'],
  ['0', { slot: 0 }],
  [7, { slot: 7 }],
  [root, { root }],
  [root.toUpperCase().replace('X', 'x'), { root }],
])('%s names a block and a state', (text, id) => {
  expect(readBlockId(text)).toEqual(id)
  expect(readStateId(text)).toEqual(id)
})

test('justified names a state alone', () => {
  expect(readStateId('justified')).toBe('justified')
  expect(() => readBlockId('justified')).toThrow(expect.objectContaining({ status: 400 }))
})

test.each([
  '',
  'HEAD',
  '-1',
  '1.0',
  '0x',
  '0x12',
  `0x${'zz'.repeat(32)}`,
  `${root}00`,
  '9007199254740993',
  'constructor',
])('%j names nothing', (text) => {
  for (const read of [readBlockId, readStateId]) {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining('_id') }),
    )
  }
})

test('a root is 32 bytes in hexadecimal', () => {
  expect(readRoot('parent_root', root)).toBe(root)
  expect(() => readRoot('parent_root', '0x12')).toThrow(/parent_root/)
})
