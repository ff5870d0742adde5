import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endProcessGroup, signalGroup } from './end-process-group.ts'
import { ProcessStartError } from './errors.ts'
import type { Guardian } from './guardian.ts'
import { limitLog } from './limit-log.ts'
import { lastLogLines } from './log-tail.ts'
import type { ProcessRecords } from './process-records.ts'
import type { ProcessSpec } from './process-spec.ts'

const readinessPollMs = 100

export interface ExitStatus {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Supervision {
  readonly records: ProcessRecords
  readonly guardian: Guardian
}

/** One run of one program: spawned in a process group of its own, so that it can be ended as a whole. */
export class ManagedProcess {
  readonly title: string
  readonly spec: ProcessSpec
  readonly pid: number
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<ExitStatus>
  /** True once we have asked for the end; an exit before that is a crash. */
  isStopping = false

  private constructor(
    title: string,
    spec: ProcessSpec,
    child: ChildProcess,
    pid: number,
    supervision: Supervision,
  ) {
    this.title = title
    this.spec = spec
    this.pid = pid
    supervision.guardian.watch(pid)
    supervision.records.add(pid, title)
    const endLogLimit = limitLog(spec.logFile)
    this.exited = once(child, 'exit').then(async ([code, signal]) => {
      // What the leader has left of its group: nobody would look for it any more.
      signalGroup(pid, 'SIGKILL')
      endLogLimit()
      supervision.guardian.forget(pid)
      await supervision.records.remove(pid)
      return { code, signal }
    })
  }

  /**
   * Spawns the program and resolves when its readiness probe says yes.
   *
   * @throws {ProcessStartError} when it exits first, or is not ready by its deadline; it is then gone.
   * @throws the signal's reason when aborted; it is then gone as well.
   */
  static async start(
    title: string,
    spec: ProcessSpec,
    supervision: Supervision,
    signal: AbortSignal,
  ): Promise<ManagedProcess> {
    signal.throwIfAborted()
    const started = await spawnIntoLog(title, spec, supervision)
    try {
      await started.#becomeReady(signal)
      return started
    } catch (error) {
      await started.stop()
      throw error
    }
  }

  static adopt(title: string, spec: ProcessSpec, child: ChildProcess, pid: number, supervision: Supervision) {
    return new ManagedProcess(title, spec, child, pid, supervision)
  }

  /** Asks for the end, and enforces it after the spec's deadline. */
  async stop(): Promise<ExitStatus> {
    this.isStopping = true
    await endProcessGroup(this.pid, { deadlineMs: this.spec.stopDeadlineMs })
    return this.exited
  }

  /** SIGKILL, at once: a crash as the program sees it. */
  async kill(): Promise<void> {
    this.isStopping = true
    signalGroup(this.pid, 'SIGKILL')
    await this.exited
  }

  pause(): void {
    signalGroup(this.pid, 'SIGSTOP')
  }

  resume(): void {
    signalGroup(this.pid, 'SIGCONT')
  }

  async #becomeReady(signal: AbortSignal): Promise<void> {
    const attempt = new AbortController()
    const deadline = AbortSignal.timeout(this.spec.startDeadlineMs)
    const probe = pollUntilReady(this.spec, AbortSignal.any([attempt.signal, deadline, signal]))
    try {
      const exit = await Promise.race([probe.then(() => undefined), this.exited])
      if (exit !== undefined) throw this.#startError(describeExit(exit))
    } catch (error) {
      signal.throwIfAborted()
      if (!deadline.aborted) throw error
      throw this.#startError(`not ready after ${Math.round(this.spec.startDeadlineMs / 1000)} s`)
    } finally {
      attempt.abort()
      probe.catch(() => {})
    }
  }

  #startError(reason: string): ProcessStartError {
    const { file, arguments: parameters, logFile } = this.spec
    const command = [file, ...parameters].join(' ')
    return new ProcessStartError({
      title: this.title,
      command,
      logFile,
      lastLines: lastLogLines(logFile),
      reason,
    })
  }
}

/** Output goes straight to a file, not through us: it keeps flowing, and whole, when we are gone. */
async function spawnIntoLog(
  title: string,
  spec: ProcessSpec,
  supervision: Supervision,
): Promise<ManagedProcess> {
  mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 })
  const log = openSync(spec.logFile, 'a', 0o600)
  try {
    const child = spawn(spec.file, spec.arguments, {
      cwd: spec.workingDirectory,
      env: { ...process.env, ...spec.environment },
      detached: true,
      stdio: ['ignore', log, log],
    })
    const { pid } = child
    if (pid !== undefined) return ManagedProcess.adopt(title, spec, child, pid, supervision)
    const [error] = await once(child, 'error')
    throw new ProcessStartError({
      title,
      command: spec.file,
      logFile: spec.logFile,
      lastLines: [],
      reason: (error as Error).message,
      cause: error,
    })
  } finally {
    closeSync(log)
  }
}

async function pollUntilReady(spec: ProcessSpec, signal: AbortSignal): Promise<void> {
  while (!(await spec.isReady(signal).catch(() => false))) {
    signal.throwIfAborted()
    await delay(readinessPollMs, undefined, { signal })
  }
}

export function describeExit({ code, signal }: ExitStatus): string {
  return signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`
}
