import { describe, expect, it } from 'vitest'
import { parseChecksumFile } from '../../../src/processes/binaries/checksum-file.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)

describe('parseChecksumFile', () => {
  it.each([
    ['sha256sum, text mode', `${a}  tool\n`],
    ['sha256sum, binary mode', `${a} *tool\n`],
    ['the hex alone', a],
    ['upper case', `${a.toUpperCase()}  tool`],
    ['CRLF', `${a}  tool\r\n`],
    ['a path before the name', `${a}  dist/tool\n`],
    ['several files', `${b}  other\n${a}  tool\n`],
  ])('reads %s', (_name, text) => {
    expect(parseChecksumFile(text, 'tool')).toBe(a)
  })

  it.each([
    ['nothing', ''],
    ['a page instead of a checksum', '<!doctype html><title>Not Found</title>'],
    ['another file only', `${a}  other\n`],
    ['an MD5', `${'a'.repeat(32)}  tool\n`],
    ['a longer hash', `${a}ff  tool\n`],
  ])('finds none in %s', (_name, text) => {
    expect(parseChecksumFile(text, 'tool')).toBeUndefined()
  })
})
