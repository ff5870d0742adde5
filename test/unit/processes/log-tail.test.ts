import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lastLogLines } from '../../../src/processes/log-tail.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

function lastLinesOf(text: string | Buffer, count?: number): string[] {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'geth.log')
  writeFileSync(path, text)
  return lastLogLines(path, count)
}

it('gives the last lines, without empty ones and white space at their ends', () => {
  expect(lastLinesOf('one\n\ntwo  \r\nthree\n', 2)).toEqual(['two', 'three'])
})

it('gives the last line also when it has no end', () => {
  expect(lastLinesOf('one\ntwo')).toEqual(['one', 'two'])
})

it('gives none without a file, or for an empty one', () => {
  expect(lastLogLines('/nowhere/geth.log')).toEqual([])
  expect(lastLinesOf('')).toEqual([])
})

it('removes terminal codes', () => {
  expect(lastLinesOf('\u001b[31mFatal\u001b[0m: no \u001b[1;32mdisk\u001b[K')).toEqual(['Fatal: no disk'])
})

it('reads the end of a long file', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`)
  expect(lastLinesOf(lines.join('\n'))).toEqual(lines.slice(-12))
})

it('never throws, and never gives more lines than asked for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 5 }), (bytes, count) => {
      const lines = lastLinesOf(Buffer.from(bytes), count)
      expect(lines.length).toBeLessThanOrEqual(count)
      expect(lines.join('')).not.toContain('\n')
    }),
    { numRuns: 50 },
  )
})
