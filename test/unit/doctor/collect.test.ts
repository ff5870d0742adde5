import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ask, askFor } from '../../../src/observe/doctor/collect/bounded.ts'
import { logTimeMs } from '../../../src/observe/doctor/collect/log-time.ts'
import { readLogLines } from '../../../src/observe/doctor/collect/read-log-lines.ts'
import { describeFault } from '../../../src/observe/doctor/describe-fault.ts'
import { lastHindranceMs, latenessOf, logFilesOf } from '../../../src/observe/doctor/network-subject.ts'
import { FaultLog } from '../../../src/observe/fault-log.ts'
import type { FaultRecord, HistoryRecord } from '../../../src/observe/history-record.ts'
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

  it('is left, with the reason, when its signal is aborted, and not asked when it was before', async () => {
    const reason = new Error('enough')
    const abort = new AbortController()
    const asked: (AbortSignal | undefined)[] = []
    const question = (options: { signal?: AbortSignal | undefined }) => {
      asked.push(options.signal)
      return new Promise(() => {})
    }
    const answer = ask(question, abort)
    await vi.waitUntil(() => asked.length === 1)
    abort.abort(reason)
    await expect(answer).rejects.toBe(reason)
    expect(asked[0]?.reason).toBe(reason)
    await expect(askFor(question, abort)).rejects.toBe(reason)
    expect(asked).toHaveLength(1)
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

describe('a fault is described', () => {
  it.each([
    [
      'partition',
      { groups: [['a', 'b'], ['c']], others: [], layers: ['consensus'] },
      'partition: a and b | c',
    ],
    ['skew', { node: 'node-1', skewMs: 1500 }, 'skew: node node-1, skewMs 1500'],
    [
      'misbehaviour',
      { kind: 'offline', nodes: ['node-1', 'node-2'], from: undefined },
      'misbehaviour: kind offline, nodes node-1,node-2',
    ],
    ['misbehaviour', {}, 'misbehaviour'],
  ])('of kind %s, with what it was asked for', (kind, parameters, text) => {
    expect(describeFault(kind, parameters)).toBe(text)
  })

  it('in bounded words', () => {
    expect(describeFault('isolate', { node: 'x'.repeat(500) })).toHaveLength(160)
  })
})

describe('the faults of a run', () => {
  const fault = (
    phase: 'begin' | 'end',
    timeMs: number,
    id: string,
    effect: Partial<FaultRecord> = {},
  ): FaultRecord => ({
    type: 'fault',
    timeMs,
    phase,
    id,
    kind: 'isolate',
    parameters: {},
    ...effect,
  })

  it('are in force from begin to end, however much else was recorded meanwhile', () => {
    const log = new FaultLog()
    const cut: FaultRecord['cut'] = [['node-0', 'node-1']]
    log.add(fault('begin', 1, 'a-1', { cut }))
    log.add(fault('begin', 2, 'a-2'))
    log.add({ type: 'network', timeMs: 3, state: 'ready' })
    log.add(fault('end', 4, 'a-2'))
    expect(log.inForce.map(({ id }) => id)).toEqual(['a-1'])
    log.add(fault('end', 5, 'a-1'))
    log.add(fault('end', 6, 'a-1'))
    expect(log.inForce).toEqual([])
    expect(log.ended.map(({ fault: { id }, endedMs }) => [id, endedMs])).toEqual([
      ['a-2', 4],
      ['a-1', 5],
    ])
  })

  it('are remembered in a bounded number when they have ended', () => {
    const log = new FaultLog()
    for (let i = 0; i < 100; i++) {
      log.add(fault('begin', i, `a-${i}`))
      log.add(fault('end', i, `a-${i}`))
    }
    expect(log.ended).toHaveLength(64)
    expect(log.ended.at(-1)?.fault.id).toBe('a-99')
  })

  it('hindered the nodes that they cut off, and those whose validators they were about', () => {
    const ended = [
      { fault: fault('begin', 1, 'a-1', { cut: [['node-0', 'node-1']] }), endedMs: 10 },
      { fault: fault('begin', 2, 'a-2', { validators: [16, 17] }), endedMs: 20 },
    ]
    const until = (index: number) =>
      lastHindranceMs(ended, { name: `node-${index}`, validators: { first: 16 * index, count: 16 } })
    expect([0, 1, 2].map(until)).toEqual([10, 20, 0])
  })
})

describe('the history tells', () => {
  const root = `0x${'ab'.repeat(32)}`

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
