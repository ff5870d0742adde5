import fs, { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { NodeLog } from '../../../../src/embedded/host/node-log.ts'
import { temporaryDirectory } from '../../binaries/temporary-directory.ts'
import { useBuiltin } from '../../support/builtin.ts'

/** 2023-11-14T22:13:20Z, whatever the machine says. */
const clock = { nowMs: 1_700_000_000_000, at: () => ({ cancel: () => {} }) }

let path: string

beforeEach(() => {
  const temporary = temporaryDirectory()
  onTestFinished(() => temporary[Symbol.dispose]())
  path = join(temporary.path, 'node-0', 'logs', 'embedded.log')
})

async function write(...messages: string[]): Promise<void> {
  const log = new NodeLog(path, clock)
  for (const message of messages) log.info(message)
  await log.close()
}

describe('the log of a node', () => {
  test('has lines with the time of its clock, the level, the message and the facts', async () => {
    const log = new NodeLog(path, clock)
    log.info('head', { slot: 3, root: '0xab', isTimely: true })
    log.warn('no peers')
    log.error('failed', { reason: 'nothing there' })
    await log.close()
    expect(readFileSync(path, 'utf8')).toBe(
      [
        '2023-11-14T22:13:20.000Z info  head slot=3 root=0xab isTimely=true',
        '2023-11-14T22:13:20.000Z warn  no peers',
        '2023-11-14T22:13:20.000Z error failed reason=nothing there',
        '',
      ].join('\n'),
    )
  })

  test('is for its owner alone', async () => {
    await write('up')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })

  test('is gone on with by the next life of the node', async () => {
    await write('first')
    await write('second')
    expect(readFileSync(path, 'utf8')).toMatch(/ first\n.* second\n$/)
  })

  test('does not end the node when it cannot be written', async () => {
    mkdirSync(path, { recursive: true })
    await write('up')
    expect(statSync(path).isDirectory()).toBe(true)
  })
})

describe('a log past its limit', () => {
  const files = new Map<string, string[]>()
  /** Lines go where the file is that was opened, whatever it is called by now. */
  function createWriteStream(file: string) {
    const lines = files.get(file) ?? []
    files.set(file, lines)
    return {
      write: (line: string) => lines.push(line),
      end: (done?: () => void) => done?.(),
      on: () => {},
      writableCorked: 0,
      cork: () => {},
      uncork: () => {},
    }
  }
  function renameSync(from: string, to: string) {
    files.set(to, files.get(from) ?? [])
    files.delete(from)
  }
  useBuiltin(fs, {
    createWriteStream: createWriteStream as never,
    renameSync: renameSync as never,
    existsSync: (file) => files.has(String(file)),
  })
  beforeEach(() => files.clear())

  const lengths = (file: string) => files.get(file)?.map((line) => line.length)

  test('begins anew, and keeps the one before it', async () => {
    const log = new NodeLog(path, clock)
    const prefix = '2023-11-14T22:13:20.000Z info  '.length
    const long = 2 ** 25
    const first = long + prefix + 1
    for (const message of ['x'.repeat(long), 'y'.repeat(long)]) log.info(message)
    expect([...files.keys()]).toEqual([path])
    log.info('third')
    expect(lengths(`${path}.1`)).toEqual([first, first])
    expect(files.get(path)).toEqual(['2023-11-14T22:13:20.000Z info  third\n'])
    for (const message of ['x'.repeat(2 * long), 'last']) log.info(message)
    await log.close()
    expect([...files.keys()].toSorted()).toEqual([path, `${path}.1`])
    expect(lengths(`${path}.1`)).toHaveLength(2)
    expect(files.get(path)).toEqual(['2023-11-14T22:13:20.000Z info  last\n'])
  })
})
