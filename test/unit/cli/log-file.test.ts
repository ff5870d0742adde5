import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { LogFile } from '../../../src/cli/logs/log-file.ts'
import { NetworkLogs } from '../../../src/cli/logs/network-logs.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

let directory: string

beforeEach(() => {
  const temporary = temporaryDirectory()
  onTestFinished(() => temporary[Symbol.dispose]())
  directory = temporary.path
})

describe('a log file', () => {
  test.each([
    ['fewer lines than wanted', 'a\nb\n', 5, ['a', 'b']],
    ['more lines than wanted', 'a\nb\nc\n', 2, ['b', 'c']],
    ['none wanted', 'a\nb\n', 0, []],
    ['nothing in it', '', 5, []],
    ['empty lines', '\n\nc\n', 2, ['', 'c']],
    ['a last line that is not finished', 'a\nb\nhalf', 1, ['b']],
    ['terminal codes', '\u001b[32mINFO\u001b[0m ready\n', 1, ['INFO ready']],
    ['carriage returns', 'a\r\nb\r\n', 2, ['a', 'b']],
  ])('%s', async (_what, content, count, lines) => {
    const path = join(directory, 'a.log')
    writeFileSync(path, content)
    expect(await new LogFile(path).readLast(count)).toEqual(lines)
  })

  test('that is not there has no lines', async () => {
    const log = new LogFile(join(directory, 'missing.log'))
    expect(await log.readLast(5)).toEqual([])
    expect(await log.readNew()).toEqual([])
  })

  test('larger than what is read at once', async () => {
    const path = join(directory, 'a.log')
    const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i} ü`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    expect(await new LogFile(path).readLast(30_000)).toEqual(lines.slice(-30_000))
  })

  test('tells a line once, when it is finished', async () => {
    const path = join(directory, 'a.log')
    writeFileSync(path, 'a\nb\nha')
    const log = new LogFile(path)
    expect(await log.readLast(1)).toEqual(['b'])
    expect(await log.readNew()).toEqual([])
    appendFileSync(path, 'lf\nc')
    expect(await log.readNew()).toEqual(['half'])
    expect(await log.readNew()).toEqual([])
    appendFileSync(path, '\n')
    expect(await log.readNew()).toEqual(['c'])
  })

  test('starts again when it was cut', async () => {
    const path = join(directory, 'a.log')
    writeFileSync(path, 'a\nb\n')
    const log = new LogFile(path)
    await log.readLast(5)
    truncateSync(path)
    appendFileSync(path, 'x\n')
    expect(await log.readNew()).toEqual(['x'])
  })

  test('loses and doubles nothing, however it is written', async () => {
    const path = join(directory, 'a.log')
    const line = fc.stringMatching(/^[a-zé€😀 ]{0,12}$/u).map((text) => text.trimEnd())
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.nat(12),
        fc.nat(40),
        async (lines, count, cut) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
          const before = bytes.subarray(0, cut)
          writeFileSync(path, before)
          const finished = before.toString('latin1').split('\n').length - 1
          const log = new LogFile(path)
          const last = await log.readLast(count)
          appendFileSync(path, bytes.subarray(cut))
          const read = [...last, ...(await log.readNew())]
          expect(read).toEqual(lines.slice(Math.max(0, finished - count)))
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('the logs of a network', () => {
  function log(node: string, process: string, text: string): void {
    const folder = join(directory, 'nodes', node, 'logs')
    mkdirSync(folder, { recursive: true })
    appendFileSync(join(folder, `${process}.log`), text)
  }

  test('name node and process, and take in what is added later', async () => {
    log('node-0', 'geth', 'a\nb\n')
    log('node-1', 'beacon-chain', 'c\n')
    const logs = new NetworkLogs(directory)
    expect(await logs.readLast(1)).toEqual([
      { node: 'node-0', process: 'geth', line: 'b' },
      { node: 'node-1', process: 'beacon-chain', line: 'c' },
    ])
    log('node-0', 'geth', 'd\n')
    log('node-2', 'geth', 'e\n')
    expect(await logs.readNew()).toEqual([
      { node: 'node-0', process: 'geth', line: 'd' },
      { node: 'node-2', process: 'geth', line: 'e' },
    ])
    expect(await logs.nodeNames()).toEqual(['node-0', 'node-1', 'node-2'])
  })

  test('of some nodes only', async () => {
    log('node-0', 'geth', 'a\n')
    log('node-1', 'geth', 'b\n')
    expect(await new NetworkLogs(directory, ['node-1']).readLast(5)).toEqual([
      { node: 'node-1', process: 'geth', line: 'b' },
    ])
  })

  test('of a directory without any', async () => {
    expect(await new NetworkLogs(directory).readLast(5)).toEqual([])
  })
})
