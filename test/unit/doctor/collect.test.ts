import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ask, askFor } from '../../../src/observe/doctor/collect/bounded.ts'
import { logTimeMs } from '../../../src/observe/doctor/collect/log-time.ts'
import { readLogLines } from '../../../src/observe/doctor/collect/read-log-lines.ts'
import { faultsInForce, latenessOf, logFilesOf } from '../../../src/observe/doctor/network-subject.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

describe('a question', () => {
  it('is given up after its time, and whoever it was asked of is told', async () => {
    vi.useFakeTimers()
    try {
      let signal: AbortSignal | undefined
      const answer = ask((options) => {
        signal = options.signal
        return new Promise(() => {})
      })
      await vi.advanceTimersByTimeAsync(1_999)
      expect(signal?.aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(await answer).toEqual({ problem: 'no answer in 2000 ms' })
      expect(signal?.aborted).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is answered, or tells why not', async () => {
    expect(await ask(async () => 7)).toEqual({ value: 7 })
    expect(await ask(() => Promise.reject(new Error('refused')))).toEqual({ problem: 'refused' })
    expect(
      await ask(() => {
        throw new Error('at once')
      }),
    ).toEqual({ problem: 'at once' })
    expect(await askFor(() => Promise.reject(new Error('refused')))).toBeUndefined()
  })
})

describe('the time of a log line', () => {
  const now = new Date(2026, 10, 23, 12)
  it.each([
    ['2023-11-14T22:13:53.000Z warn  a duty was not done', Date.UTC(2023, 10, 14, 22, 13, 53)],
    ['time="2026-11-23 20:36:07.366" level=error msg=x', new Date(2026, 10, 23, 20, 36, 7, 366).getTime()],
    ['INFO [11-23|10:36:07.366] Imported', new Date(2026, 10, 23, 10, 36, 7, 366).getTime()],
    ['INFO [12-31|23:59:59.999] Imported', new Date(2025, 11, 31, 23, 59, 59, 999).getTime()],
    ['panic: out of luck', undefined],
    ['2026-99-99T99:99:99Z', undefined],
    ['INFO Imported block of 2026-11-23, and so on and on and on, at 2026-11-23 20:36:07', undefined],
  ])('%s', (line, timeMs) => {
    expect(logTimeMs(line, now)).toBe(timeMs)
  })
})

describe('log lines', () => {
  it.each([
    ['disk-full', 'ERROR [11-23|20:36:07.366] write /x/000001.log: no space left on device'],
    ['refused', 'msg="Could not connect" error="401 Unauthorized: signature is invalid"'],
    ['refused', 'HTTP authentication failed: stale token'],
    ['no-answer', 'level=error msg="Could not connect to execution client endpoint"'],
    ['invalid-payload', '########## BAD BLOCK #########'],
    ['invalid-payload', 'Block 0x08 of slot 33 was not imported: its payload is invalid (made so)'],
    ['fatal', 'time="x" level=fatal msg="genesis state has not been initialized"'],
    ['fatal', 'panic: runtime error'],
  ])('tell of %s: %s', (topic, line) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'client.log')
    writeFileSync(path, `a line before\n${line}\na line after\n`)
    expect(readLogLines([path])).toEqual([expect.objectContaining({ topic, line, logFile: 'client.log' })])
  })

  it.each([
    'INFO Imported new block number=401 hash=0x403',
    'INFO Head is valid, no invalid blocks',
    'INFO Chain head was updated number=33',
  ])('of every day tell nothing: %s', (line) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'client.log')
    writeFileSync(path, `${line}\n`)
    expect(readLogLines([path, join(directory.path, 'missing.log')])).toEqual([])
  })

  it('are few, and short', () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'client.log')
    writeFileSync(path, Array.from({ length: 50 }, (_, i) => `panic ${i} ${'x'.repeat(500)}`).join('\n'))
    const lines = readLogLines([path])
    expect(lines.map(({ line }) => line.slice(0, 8))).toEqual(['panic 47', 'panic 48', 'panic 49'])
    expect(lines.every(({ line }) => line.length === 300)).toBe(true)
  })

  it('are those of every log of the node', async () => {
    using directory = temporaryDirectory()
    mkdirSync(join(directory.path, 'logs'))
    for (const name of ['geth.log', 'beacon-chain.log', 'notes.txt'])
      writeFileSync(join(directory.path, 'logs', name), '')
    expect(await logFilesOf(directory.path)).toEqual(
      ['beacon-chain.log', 'geth.log'].map((name) => join(directory.path, 'logs', name)),
    )
    expect(await logFilesOf(join(directory.path, 'nowhere'))).toEqual([])
  })
})

describe('the history tells', () => {
  const root = `0x${'ab'.repeat(32)}`

  it('which faults are in force', () => {
    const records: HistoryRecord[] = [
      {
        type: 'fault',
        timeMs: 1,
        phase: 'begin',
        id: 'skew-1',
        kind: 'skew',
        parameters: { node: 'node-0', skewMs: 9 },
      },
      {
        type: 'fault',
        timeMs: 2,
        phase: 'begin',
        id: 'partition-1',
        kind: 'partition',
        parameters: { groups: [['a', 'b'], ['c']], layers: ['consensus'] },
      },
      { type: 'fault', timeMs: 3, phase: 'end', id: 'skew-1', kind: 'skew', parameters: {} },
      {
        type: 'fault',
        timeMs: 4,
        phase: 'begin',
        id: 'm-1',
        kind: 'misbehaviour',
        parameters: {},
        validators: [1, 2],
      },
    ]
    expect(faultsInForce(records)).toEqual([
      { kind: 'partition', description: 'partition: a, b | c', validators: [] },
      { kind: 'misbehaviour', description: 'misbehaviour', validators: [1, 2] },
    ])
  })

  it('how late the first node had each of the latest blocks', () => {
    const block = { type: 'block', slot: 30, root } as const
    const records: HistoryRecord[] = [
      { ...block, slot: 14, root: `0x${'cd'.repeat(32)}`, timeMs: 99_000, node: 'node-0' },
      { ...block, timeMs: 60_400, node: 'node-0' },
      { ...block, timeMs: 60_100, node: 'node-1' },
      { type: 'head', timeMs: 60_000, node: 'node-1', slot: 30, root },
    ]
    expect(latenessOf(records, { currentSlot: 30, startOf: (slot) => slot * 2_000 })).toEqual([100])
  })
})
