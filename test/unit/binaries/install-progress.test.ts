import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  describeProgress,
  type InstallProgress,
  ProgressReporter,
} from '../../../src/processes/binaries/install-progress.ts'

const client = { client: 'example', version: '1.2.3' }

describe('ProgressReporter', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('reports each change of phase at once and then every second, until it is done', () => {
    const reports: InstallProgress[] = []
    {
      using reporter = new ProgressReporter(client, (progress) => reports.push(progress))
      vi.advanceTimersByTime(5_000)
      expect(reports).toEqual([])
      reporter.begin('build', 'with go build')
      vi.advanceTimersByTime(2_400)
      reporter.begin('check', 'node')
      vi.advanceTimersByTime(900)
    }
    vi.advanceTimersByTime(5_000)
    expect(reports.map(({ phase, elapsedMs }) => [phase, elapsedMs])).toEqual([
      ['build', 0],
      ['build', 1_000],
      ['build', 2_000],
      ['check', 0],
    ])
  })

  it('reports the bytes of the present phase only, and not for every packet', () => {
    const reports: InstallProgress[] = []
    using reporter = new ProgressReporter(client, (progress) => reports.push(progress))
    reporter.begin('download', 'node')
    reporter.countBytes(1, undefined)
    reporter.countBytes(2, 10)
    vi.advanceTimersByTime(1_000)
    reporter.begin('download', 'signer')
    expect(
      reports.map(({ detail, receivedBytes, totalBytes }) => [detail, receivedBytes, totalBytes]),
    ).toEqual([
      ['node', undefined, undefined],
      ['node', 2, 10],
      ['signer', undefined, undefined],
    ])
  })
})

describe('describeProgress', () => {
  it.each<[Partial<InstallProgress>, string]>([
    [{ phase: 'build', detail: 'with go build', elapsedMs: 34_900 }, 'building with go build … 34 s'],
    [
      {
        phase: 'download',
        detail: 'URL',
        elapsedMs: 2_000,
        receivedBytes: 1_572_864,
        totalBytes: 89_128_960,
      },
      'downloading URL … 1.5 MiB of 85.0 MiB 2 s',
    ],
    [
      { phase: 'download', detail: 'URL', elapsedMs: 0, receivedBytes: 1_048_576 },
      'downloading URL … 1.0 MiB 0 s',
    ],
    [{ phase: 'fallback', detail: 'release: 404' }, 'trying the next way: release: 404'],
    [{ phase: 'done', detail: '/cache' }, 'installed: /cache'],
  ])('%#', (progress, line) => {
    expect(describeProgress({ ...client, phase: 'wait', detail: '', elapsedMs: 0, ...progress })).toBe(
      `example 1.2.3: ${line}`,
    )
  })
})
