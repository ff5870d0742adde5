import { describe, expect, it } from 'vitest'
import {
  isSameProcess,
  parseProcStat,
  parsePsLine,
  processStartTime,
} from '../../../src/processes/process-identity.ts'

const numbers = Array.from({ length: 49 }, (_, index) => index + 4)
const stat = (name: string, state = 'S') => `4711 (${name}) ${state} ${numbers.join(' ')}\n`

describe('processStartTime', () => {
  it('is the same each time for a process that runs', () => {
    const startTime = processStartTime(process.pid)
    expect(startTime).toMatch(/\d/)
    expect(processStartTime(process.pid)).toBe(startTime)
  })

  it('differs between two processes', () => {
    expect(processStartTime(1)).toBeDefined()
    expect(processStartTime(1)).not.toBe(processStartTime(process.pid))
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31 - 1])('is undefined for %d, which is no process', (pid) => {
    expect(processStartTime(pid)).toBeUndefined()
  })
})

describe('isSameProcess', () => {
  it('knows this process', () => {
    expect(isSameProcess({ pid: process.pid, startTime: processStartTime(process.pid) ?? '' })).toBe(true)
  })

  it('tells a later process with the same pid apart', () => {
    expect(isSameProcess({ pid: process.pid, startTime: 'earlier' })).toBe(false)
  })
})

describe('parseProcStat', () => {
  it('reads field 3 and field 22', () => {
    expect(parseProcStat(stat('node'))).toEqual({ state: 'S', startTicks: '22' })
  })

  it.each(['a b', 'a) S 1 (b', '((', ') R 5 6 7'])('is not misled by a command named %j', (name) => {
    expect(parseProcStat(stat(name, 'Z'))).toEqual({ state: 'Z', startTicks: '22' })
  })

  it.each(['', '4711 (node)', '4711 (node) S 1 2'])('answers nothing for %j', (text) => {
    expect(parseProcStat(text)).toBeUndefined()
  })
})

describe('parsePsLine', () => {
  it('separates the state from the date', () => {
    expect(parsePsLine('Ss   Mon Nov 23 13:22:09 2026\n')).toEqual({
      state: 'Ss',
      startDate: 'Mon Nov 23 13:22:09 2026',
    })
  })

  it('answers nothing when there is no process', () => {
    expect(parsePsLine('\n')).toBeUndefined()
  })
})
