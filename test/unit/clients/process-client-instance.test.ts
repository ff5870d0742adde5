import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, type Mock, onTestFinished, vi } from 'vitest'
import type { ProcessClient } from '../../../src/clients/client.ts'
import type { CrashReport } from '../../../src/clients/client-instance.ts'
import { ProcessClientInstance } from '../../../src/clients/process-client-instance.ts'
import { prysm } from '../../../src/clients/prysm.ts'
import { type ExitStatus, ManagedProcess, type Supervision } from '../../../src/processes/managed-process.ts'
import type { ProcessSpec } from '../../../src/processes/process-spec.ts'
import * as runCommandModule from '../../../src/processes/run-command.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'
import { useSkippedDelays } from '../support/fake-clock.ts'
import { exampleContext } from './support/node-context.ts'

/** A process that is none: it ends when the test says so. */
class FakeProcess {
  isStopping = false
  readonly spec: ProcessSpec
  readonly exited: Promise<ExitStatus>
  #end: (status: ExitStatus) => void = () => {}

  constructor(
    readonly title: string,
    spec: ProcessSpec,
    readonly pid: number,
  ) {
    this.spec = spec
    this.exited = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  end(status: ExitStatus): void {
    this.#end(status)
  }

  async stop(): Promise<ExitStatus> {
    events.push(`stop ${this.title}`)
    this.isStopping = true
    this.end({ code: null, signal: forced.has(this.title) ? 'SIGKILL' : 'SIGTERM' })
    return this.exited
  }

  async kill(): Promise<void> {
    events.push(`kill ${this.title}`)
    this.isStopping = true
    this.end({ code: null, signal: 'SIGKILL' })
  }

  pause(): void {
    events.push(`pause ${this.title}`)
  }

  resume(): void {
    events.push(`resume ${this.title}`)
  }
}

useSkippedDelays()

const events: string[] = []
const forced = new Set<string>()
let runCommand: Mock<typeof runCommandModule.runCommand>
const running = new Map<string, FakeProcess>()
const { signal } = new AbortController()

beforeEach(() => {
  events.length = 0
  forced.clear()
  running.clear()
  runCommand = vi.spyOn(runCommandModule, 'runCommand').mockResolvedValue()
  vi.spyOn(ManagedProcess, 'start').mockImplementation(async (title, spec) => {
    events.push(`start ${title}`)
    const fake = new FakeProcess(title, spec, running.size + 1)
    running.set(title, fake)
    return fake as unknown as ManagedProcess
  })
})

/** Prysm, whose two processes are not told anything when they are ready. */
const client: ProcessClient = {
  ...prysm,
  processes: (context) =>
    prysm.processes(context).map(({ onReady: _, ...spec }): ProcessSpec => ({ ...spec })),
  initialize: (context) => [
    {
      name: 'init',
      file: '/bin/init',
      arguments: [],
      logFile: join(context.directory, 'log'),
      deadlineMs: 1,
    },
  ],
}

function makeInstance(changes: Partial<ProcessClient> = {}) {
  const temporary = temporaryDirectory()
  onTestFinished(() => temporary[Symbol.dispose]())
  const crashes: CrashReport[] = []
  const makeContext = () => exampleContext({ directory: temporary.path })
  const supervision = {} as Supervision
  const onCrash = (report: CrashReport) => void crashes.push(report)
  const instance = new ProcessClientInstance({ ...client, ...changes }, makeContext, supervision, onCrash)
  return { instance, crashes, directory: temporary.path }
}

describe('a start', () => {
  it('writes the files for their owner alone, initializes, and starts the processes in order', async () => {
    runCommand.mockImplementation(async (title) => void events.push(title))
    const { instance, directory } = makeInstance()
    await instance.start(signal)
    expect(events).toEqual(['node-1 init', 'start node-1 beacon-chain', 'start node-1 validator'])
    const key = join(directory, 'libp2p.key')
    expect(readFileSync(key, 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(key).mode & 0o777).toBe(0o600)
    expect(instance.processes.map(({ name, pid }) => [name, pid])).toEqual([
      ['beacon-chain', 1],
      ['validator', 2],
    ])
  })

  it('initializes once in the life of the data', async () => {
    const { instance } = makeInstance()
    await instance.start(signal)
    await instance.stop()
    await instance.start(signal)
    expect(runCommand).toHaveBeenCalledTimes(1)
  })

  it('comes no sooner after a stop than its peers forgive, and at once after a kill', async () => {
    const { instance } = makeInstance({ absenceMinMs: 7_000 })
    const startMs = async () => {
      const beforeMs = performance.now()
      await instance.start(signal)
      return performance.now() - beforeMs
    }
    expect(await startMs()).toBe(0)
    await instance.stop()
    vi.advanceTimersByTime(2_000)
    expect(await startMs()).toBe(5_000)
    await instance.kill()
    expect(await startMs()).toBe(0)
    await instance.stop()
    vi.advanceTimersByTime(8_000)
    expect(await startMs()).toBe(0)
  })

  it('initializes again when that was cut off', async () => {
    const { instance, directory } = makeInstance()
    runCommand.mockRejectedValueOnce(new Error('enough'))
    await expect(instance.start(signal)).rejects.toThrow('enough')
    expect(existsSync(join(directory, 'prysm.initialized'))).toBe(false)
    expect(events).toEqual([])
    await instance.start(signal)
    expect(runCommand).toHaveBeenCalledTimes(2)
  })

  it('stops what it has started when a later process fails', async () => {
    const { instance, crashes } = makeInstance()
    const start = vi.mocked(ManagedProcess.start).getMockImplementation()
    vi.mocked(ManagedProcess.start).mockImplementation(async (title, ...others) => {
      if (title === 'node-1 validator') throw new Error('no keys')
      if (start === undefined) throw new Error('no fake')
      return start(title, ...others)
    })
    await expect(instance.start(signal)).rejects.toThrow('no keys')
    expect(events).toEqual(['start node-1 beacon-chain', 'stop node-1 beacon-chain'])
    expect(instance.processes).toEqual([])
    expect(crashes).toEqual([])
  })

  it('fails, and stops the process, when it cannot be told what it must know', async () => {
    const { instance } = makeInstance({
      processes: (context) =>
        client.processes(context).map((spec) => ({
          ...spec,
          onReady: async () => {
            throw new Error('no peers')
          },
        })),
    })
    await expect(instance.start(signal)).rejects.toThrow('no peers')
    expect(events).toEqual(['start node-1 beacon-chain', 'stop node-1 beacon-chain'])
  })

  it('overwrites its files, since ports and peers may have changed', async () => {
    const { instance, directory } = makeInstance()
    const path = join(directory, 'libp2p.key')
    writeFileSync(path, 'of an earlier start')
    await instance.start(signal)
    expect(readFileSync(path, 'utf8')).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('an end', () => {
  it('stops the processes in the reverse order', async () => {
    const { instance } = makeInstance()
    await instance.start(signal)
    events.length = 0
    expect(await instance.stop()).toBe('graceful')
    expect(events).toEqual(['stop node-1 validator', 'stop node-1 beacon-chain'])
    expect(instance.processes).toEqual([])
  })

  it.each(['node-1 beacon-chain', 'node-1 validator'])(
    'is a forced one when %s had to be killed',
    async (title) => {
      const { instance } = makeInstance()
      await instance.start(signal)
      forced.add(title)
      expect(await instance.stop()).toBe('forced')
    },
  )

  it('that nobody asked for is a crash, told with the command and how it ended', async () => {
    const { instance, crashes } = makeInstance()
    await instance.start(signal)
    running.get('node-1 validator')?.end({ code: 2, signal: null })
    await vi.waitFor(() => expect(crashes).toHaveLength(1))
    expect(crashes[0]).toMatchObject({ title: 'node-1 validator', reason: 'it exited with code 2' })
    expect(crashes[0]?.command).toMatch(/^\/bin\/of\/validator --accept-terms-of-use /)
    expect(instance.processes.map(({ name }) => name)).toEqual(['beacon-chain'])
  })

  it('by kill is no crash', async () => {
    const { instance, crashes } = makeInstance()
    await instance.start(signal)
    await instance.kill()
    await vi.waitFor(() => expect(instance.processes).toEqual([]))
    expect(crashes).toEqual([])
  })
})

it('pauses and resumes all its processes', async () => {
  const { instance } = makeInstance()
  await instance.start(signal)
  events.length = 0
  instance.pause()
  instance.resume()
  expect(events).toEqual([
    ...['pause node-1 beacon-chain', 'pause node-1 validator'],
    ...['resume node-1 beacon-chain', 'resume node-1 validator'],
  ])
})
