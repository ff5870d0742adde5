import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { endProcessGroup, signalGroup } from '../../src/processes/end-process-group.ts'
import { CommandError, ProcessStartError } from '../../src/processes/errors.ts'
import { Guardian } from '../../src/processes/guardian.ts'
import { ManagedProcess, type Supervision } from '../../src/processes/managed-process.ts'
import { parseProcStat, processStartTime } from '../../src/processes/process-identity.ts'
import { ProcessRecords } from '../../src/processes/process-records.ts'
import type { CommandSpec, ProcessSpec } from '../../src/processes/process-spec.ts'
import { runCommand } from '../../src/processes/run-command.ts'
import { shellProgram, stubbornProgram, waitingProgram } from './supervision/programs.ts'

let directory: string
let supervision: Supervision

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'eth-localnet-supervision-'))
  supervision = { records: new ProcessRecords(directory), guardian: new Guardian() }
})

afterEach(async () => {
  await supervision.records.reap()
  ;(supervision.guardian as Guardian)[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

function start(spec: ProcessSpec, signal = new AbortController().signal): Promise<ManagedProcess> {
  return ManagedProcess.start('node-0 program', spec, supervision, signal)
}

function recordedPids(): number[] {
  const records = join(directory, 'processes')
  return existsSync(records) ? readdirSync(records).map((file) => Number.parseInt(file, 10)) : []
}

/** Everything bounded by the test's own deadline: nothing here depends on how fast the machine is. */
async function expectGone(pids: readonly number[]): Promise<void> {
  await expect
    .poll(() => pids.filter((pid) => processStartTime(pid) !== undefined), { timeout: 30_000 })
    .toEqual([])
}

describe('a start', () => {
  test('resolves when the probe says yes; the process is recorded until it ends', async () => {
    const running = await start(waitingProgram(directory))
    expect(processStartTime(running.pid)).toBeDefined()
    expect(recordedPids()).toEqual([running.pid])
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' })
    expect(processStartTime(running.pid)).toBeUndefined()
    expect(recordedPids()).toEqual([])
  })

  test('fails when the program exits: the error has its code, its last lines, the command and the log', async () => {
    const spec = shellProgram(directory, 'echo one; echo "Fatal: no genesis" >&2; exit 3')
    const failure = await start(spec).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProcessStartError)
    expect(failure).toMatchObject({
      code: 'process-start',
      category: 'start',
      shortMessage: 'node-0 program did not start: it exited with code 3.',
      facts: { lastLines: ['one', 'Fatal: no genesis'], logFile: spec.logFile },
    })
    const { message } = failure as Error
    expect(message).toContain('  | Fatal: no genesis')
    expect(message).toContain(`Log: ${spec.logFile}`)
    expect(message).toContain('Command: /bin/sh -c')
    expect(recordedPids()).toEqual([])
  })

  test('fails when the program is ended by a signal, and names it', async () => {
    await expect(start(shellProgram(directory, 'kill -KILL $$'))).rejects.toThrow('it was ended by SIGKILL')
  })

  test('fails at its deadline, and the process is gone', async () => {
    const spec = shellProgram(directory, 'echo working; exec sleep 1000', { startDeadlineMs: 1_000 })
    const failure = start(spec)
    await expect.poll(recordedPids).toHaveLength(1)
    const pids = recordedPids()
    await expect(failure).rejects.toThrow('not ready after 1 s')
    expect(pids.filter((pid) => processStartTime(pid) !== undefined)).toEqual([])
  })

  test('takes a probe that fails for one that says not yet', async () => {
    let asked = 0
    const isReady = async () => {
      asked += 1
      if (asked < 3) throw new Error('connection refused')
      return true
    }
    const running = await start(shellProgram(directory, 'exec sleep 1000', { isReady }))
    expect(asked).toBe(3)
    await running.stop()
  })

  test('ends with the reason of its signal, and the process is gone', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    let pids: number[] = []
    const isReady = async () => {
      pids = recordedPids()
      abort.abort(reason)
      return false
    }
    const starting = start(shellProgram(directory, 'exec sleep 1000', { isReady }), abort.signal)
    await expect(starting).rejects.toBe(reason)
    expect(pids).toHaveLength(1)
    expect(pids.filter((pid) => processStartTime(pid) !== undefined)).toEqual([])
  })

  test('spawns nothing when its signal was aborted before', async () => {
    const spec = shellProgram(directory, 'touch spawned; exec sleep 1000')
    await expect(start(spec, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    expect(existsSync(spec.logFile)).toBe(false)
  })

  test.each(['/nowhere/geth', tmpdir()])('fails when %s cannot be executed', async (file) => {
    const failure = start({ ...waitingProgram(directory), file })
    await expect(failure).rejects.toThrow(ProcessStartError)
    await expect(failure).rejects.toThrow(/ENOENT|EACCES/)
    expect(recordedPids()).toEqual([])
  })
})

describe('an end', () => {
  test('is enforced by SIGKILL when the program does not obey', async () => {
    const running = await start(stubbornProgram(directory, { stopDeadlineMs: 300 }))
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGKILL' })
    expect(processStartTime(running.pid)).toBeUndefined()
  })

  test('reaches a paused process', async () => {
    const running = await start(waitingProgram(directory))
    running.pause()
    await expect.poll(() => stateOf(running.pid)).toBe('T')
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test('takes helpers along, also when the leader has ended by itself', async () => {
    const script = 'sleep 1000 & echo $! > helper; echo ready; read -r _ < fifo'
    const spec = shellProgram(directory, `mkfifo fifo; ${script}`)
    const running = await start(spec)
    const helper = Number(readFileSync(join(directory, 'helper'), 'utf8'))
    expect(processStartTime(helper)).toBeDefined()
    process.kill(running.pid, 'SIGKILL')
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' })
    expect(running.isStopping).toBe(false)
    await expectGone([helper])
  })

  test('by kill is a SIGKILL, also of a paused process', async () => {
    const running = await start(waitingProgram(directory))
    running.pause()
    await running.kill()
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('of a group that is gone already does nothing', async () => {
    const running = await start(waitingProgram(directory))
    await running.stop()
    await endProcessGroup(running.pid, { deadlineMs: 30_000 })
    expect(signalGroup(running.pid, 0)).toBe(false)
    await running.stop()
  })

  test('a pause freezes the process and a resume continues it', async () => {
    const running = await start(waitingProgram(directory))
    running.pause()
    await expect.poll(() => stateOf(running.pid)).toBe('T')
    running.resume()
    await expect.poll(() => stateOf(running.pid)).toBe('S')
    await running.stop()
  })
})

describe('a command', () => {
  function shellCommand(script: string, deadlineMs = 30_000): CommandSpec {
    const logFile = join(directory, 'logs', 'command.log')
    return { name: 'command', file: '/bin/sh', arguments: ['-c', script], logFile, deadlineMs }
  }

  const never = new AbortController().signal

  test('resolves at its end, and its output is in its log', async () => {
    const command = shellCommand('echo one; echo two >&2')
    await runCommand('node-0 init', command, never)
    expect(readFileSync(command.logFile, 'utf8')).toBe('one\ntwo\n')
  })

  test('fails with its last lines when it ends with an error, or cannot be run', async () => {
    const failure = runCommand('node-0 init', shellCommand('echo "Fatal: no disk"; exit 4'), never)
    await expect(failure).rejects.toThrow(CommandError)
    await expect(failure).rejects.toMatchObject({
      code: 'command-failed',
      facts: { lastLines: ['Fatal: no disk'] },
    })
    await expect(failure).rejects.toThrow('exit code 4')
    const missing = runCommand('node-0 init', { ...shellCommand(''), file: '/nowhere/geth' }, never)
    await expect(missing).rejects.toThrow(CommandError)
  })

  test('fails at its deadline', async () => {
    const failure = runCommand('node-0 init', shellCommand('exec sleep 1000', 500), never)
    await expect(failure).rejects.toThrow('timed out')
  })

  test('ends with the reason of its signal, and is ended', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const pidFile = join(directory, 'pid')
    const command = shellCommand(`echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000`)
    const running = runCommand('node-0 init', command, abort.signal)
    const outcome = running.catch((error: unknown) => error)
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(true)
    abort.abort(reason)
    expect(await outcome).toBe(reason)
    await expectGone([Number(readFileSync(pidFile, 'utf8'))])
  })
})

describe('a supervisor that dies', () => {
  test('by kill -9 takes its processes along, one that does not obey SIGTERM too', async () => {
    const { supervisor, pids } = await startSupervisor('wait', 'stubborn')
    expect(recordedPids().sort()).toEqual([...pids].sort())
    supervisor.kill('SIGKILL')
    await expectGone(pids)
  })

  test.each(['throw', 'exit'])('by %s takes its processes along', async (end) => {
    const { supervisor, pids } = await startSupervisor(end)
    if (supervisor.exitCode === null) await once(supervisor, 'exit')
    expect(supervisor.exitCode).toBe(end === 'exit' ? 0 : 1)
    await expectGone(pids)
  })

  test('together with its guardian leaves orphans, which the next command ends', async () => {
    const { supervisor, pids } = await startSupervisor('wait')
    const guardian = childrenOf(supervisor.pid).find((pid) =>
      commandOf(pid).includes('eth-localnet-guardian'),
    )
    if (guardian === undefined) throw new Error('the supervisor has no guardian')
    process.kill(guardian, 'SIGKILL')
    await expectGone([guardian])
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    expect(pids.filter((pid) => processStartTime(pid) === undefined)).toEqual([])

    const records = new ProcessRecords(directory)
    const ended = await records.reap()
    expect(ended.map(({ title }) => title).sort()).toEqual(['first', 'second'])
    expect(pids.filter((pid) => processStartTime(pid) !== undefined)).toEqual([])
    expect(await records.reap()).toEqual([])
  })

  test('leaves no guardian behind', async () => {
    const { supervisor, pids } = await startSupervisor('wait')
    const children = childrenOf(supervisor.pid)
    expect(children.length).toBeGreaterThan(pids.length)
    supervisor.kill('SIGKILL')
    await expectGone(children)
  })
})

async function startSupervisor(
  end: string,
  second: 'obedient' | 'stubborn' = 'obedient',
): Promise<{ supervisor: ChildProcess; pids: number[] }> {
  const script = fileURLToPath(new URL('./supervision/supervisor.ts', import.meta.url))
  const supervisor = spawn(process.execPath, ['--import', 'tsx', script, directory, end, second], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void supervisor.kill('SIGKILL'))
  if (supervisor.stdout === null) throw new Error('the supervisor has no output')
  const [line] = await once(createInterface(supervisor.stdout), 'line')
  const pids: number[] = JSON.parse(String(line))
  expect(pids).toHaveLength(2)
  return { supervisor, pids }
}

/** One letter, as in proc(5): S sleeps, T is stopped. */
function stateOf(pid: number): string | undefined {
  return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.state
}

function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
}
