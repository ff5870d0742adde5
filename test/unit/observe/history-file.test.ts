import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HistoryFileError } from '../../../src/observe/errors.ts'
import { HistoryFile } from '../../../src/observe/file/history-file.ts'
import { readHistory } from '../../../src/observe/file/read-history.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import { allOf } from '../support/all-of.ts'
import { exampleRun, goodSlot, healthyStart, slots, split } from './support/example-history.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'history-'))
  path = join(directory, 'history.jsonl')
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(records: readonly HistoryRecord[]): void {
  const file = HistoryFile.open(path)
  for (const record of records) file.append(record)
  file.close(0)
}

function read(): Promise<HistoryRecord[]> {
  return allOf(readHistory(path))
}

async function failure(): Promise<HistoryFileError> {
  const error = await read().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof HistoryFileError) return error
  throw new Error(`it did not fail as it should: ${String(error)}`)
}

/** As JSON has it: without what is undefined. */
function plain(records: readonly HistoryRecord[]): unknown {
  return JSON.parse(JSON.stringify(records))
}

const whole = [
  ...healthyStart(),
  split('begin', 3),
  ...slots(0, 5),
  split('end', 5),
  goodSlot(6, { blockRoot: undefined }),
]

describe('a history file', () => {
  it('gives back what was written', async () => {
    write(whole)
    expect(await read()).toEqual(plain(whole))
  })

  it('keeps what waits until it is flushed, or too much', () => {
    const file = HistoryFile.open(path)
    file.append(exampleRun())
    expect(readFileSync(path, 'utf8')).toBe('')
    file.flush(0)
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(exampleRun())}\n`)
    for (const record of slots(0, 400)) file.append(record)
    expect(readFileSync(path, 'utf8').length).toBeGreaterThan(2 ** 16)
    file.close(0)
  })

  it('goes on behind what an earlier run wrote', async () => {
    write([exampleRun(), goodSlot(0)])
    write([exampleRun(), goodSlot(1)])
    expect((await read()).map(({ type }) => type)).toEqual(['run', 'slot', 'run', 'slot'])
  })

  it('survives being cut anywhere: all whole lines are read, and the next run goes on behind them', async () => {
    write(whole)
    const bytes = readFileSync(path)
    const firstLine = bytes.indexOf('\n') + 1
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: firstLine, max: bytes.length }), async (length) => {
        writeFileSync(path, bytes)
        truncateSync(path, length)
        const lines = bytes.subarray(0, length).toString().split('\n').length - 1
        // A line that lacks nothing but its break can be read.
        const isComplete = length < bytes.length && bytes[length] === 10 ? 1 : 0
        expect(await read()).toHaveLength(lines + isComplete)
        write([goodSlot(7)])
        const after = await read()
        expect(after).toHaveLength(lines + 1)
        expect(after.at(-1)).toMatchObject({ slot: 7 })
      }),
      { numRuns: 60 },
    )
  })

  it('goes on when a write fails, and marks what is missing', async () => {
    const file = HistoryFile.open('/dev/full')
    file.append(exampleRun())
    file.append(goodSlot(0))
    file.flush(1_000)
    expect(file.lost).toMatchObject({ records: 2, fromMs: 1_000, reason: expect.stringContaining('ENOSPC') })
    file.append(goodSlot(1))
    file.flush(2_000)
    expect(file.lost).toMatchObject({ records: 3, fromMs: 1_000 })
  })
})

describe('reading', () => {
  it('names the line that is damaged', async () => {
    write([exampleRun(), goodSlot(0), goodSlot(1)])
    const lines = readFileSync(path, 'utf8').split('\n')
    for (const [line, problem] of [
      ['{"type":"slo', 'it is not a record'],
      ['{"type":"slot","timeMs":1,"slot":-1,"epoch":0,"nodesAtHead":0,"nodesRunning":0}', 'slot'],
      ['[]', 'it is not a record'],
      ['', 'it is not a record'],
    ] as const) {
      writeFileSync(path, [lines[0], line, lines[2], ''].join('\n'))
      const error = await failure()
      expect(error).toMatchObject({ code: 'history-damaged', line: 2 })
      expect(error.shortMessage).toContain(problem)
    }
  })

  it('gives what is before the damage', async () => {
    write([exampleRun(), goodSlot(0)])
    appendFileSync(path, 'damaged\n')
    const seen: string[] = []
    const reading = (async () => {
      for await (const { type } of readHistory(path)) seen.push(type)
    })()
    await expect(reading).rejects.toThrow(HistoryFileError)
    expect(seen).toEqual(['run', 'slot'])
  })

  it('refuses a line without end', async () => {
    write([exampleRun()])
    appendFileSync(path, 'x'.repeat(5 * 1024 * 1024))
    expect(await failure()).toMatchObject({ code: 'history-damaged', line: 2 })
  })

  it('leaves out records of a type that it does not know', async () => {
    write([exampleRun()])
    appendFileSync(path, '{"type":"weather","timeMs":1,"sun":true}\n')
    expect(await read()).toHaveLength(1)
  })

  it('refuses a later format, another file, an empty one and none', async () => {
    writeFileSync(path, `${JSON.stringify({ ...exampleRun(), formatVersion: 2 })}\n`)
    expect(await failure()).toMatchObject({ code: 'history-version', line: 1 })
    writeFileSync(path, 'name,balance\n')
    expect(await failure()).toMatchObject({ code: 'history-foreign' })
    writeFileSync(path, `${JSON.stringify(goodSlot(0))}\n`)
    expect(await failure()).toMatchObject({ code: 'history-foreign' })
    writeFileSync(path, '')
    expect(await failure()).toMatchObject({ code: 'history-foreign' })
    rmSync(path)
    expect(await failure()).toMatchObject({ code: 'history-missing' })
  })
})
