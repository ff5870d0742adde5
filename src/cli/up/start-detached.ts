import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { RemoteError } from '../../control/wire-error.ts'
import { BaseError } from '../../errors.ts'
import { lastLogLines } from '../../processes/log-tail.ts'
import { describeExit } from '../../processes/managed-process.ts'
import { stateDirectory } from '../../processes/state-directory.ts'
import { Interrupts } from '../interrupts.ts'
import type { Emit, UpEvent } from './up-event.ts'

/** Names the file that a detached `up` writes to, and so tells it that it is one. */
const logVariable = 'ETH_LOCALNET_DETACHED_LOG'

/**
 * Starts this same command again as a process of its own, passes its events on, and returns when its network
 * is up; it goes on without us.
 *
 * @param args - the command line, `up` included
 * @throws what its start failed with.
 * @throws {Interruption} when we were interrupted before; it is then stopped as well.
 */
export async function startDetached(args: readonly string[], emit: Emit): Promise<void> {
  const logFile = newLogFile()
  const child = spawnDetached(args, logFile)
  using interrupts = new Interrupts({
    onFirst: ({ reason }) => {
      emit({ event: 'stopping', reason })
      child.kill('SIGTERM')
    },
    onRepeat: () => child.kill('SIGTERM'),
  })
  try {
    await untilReady(child, logFile, emit)
    interrupts.signal.throwIfAborted()
    child.disconnect()
    child.unref()
  } catch (error) {
    const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null
    if (isRunning) await once(child, 'exit')
    await rm(logFile, { force: true })
    interrupts.signal.throwIfAborted()
    throw error
  }
}

function newLogFile(): string {
  const directory = join(stateDirectory(), 'logs')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return join(directory, `up-${process.pid}-${Date.now()}.log`)
}

function spawnDetached(args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'ax', 0o600)
  try {
    return spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, [logVariable]: logFile },
    })
  } finally {
    closeSync(log)
  }
}

/** The child runs the same code, so its messages need no more checking than that they are ours. */
function isUpEvent(message: unknown): message is UpEvent {
  return typeof message === 'object' && message !== null && 'event' in message
}

/** What is told from the network's own log on is not this command's to tell. */
function isOfStart({ event }: UpEvent): boolean {
  return event === 'progress' || event === 'ready' || event === 'node'
}

function untilReady(child: ChildProcess, logFile: string, emit: Emit): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (!isUpEvent(message)) return
      if (message.event === 'error') return reject(new RemoteError(message))
      if (isOfStart(message)) emit(message)
      if (message.event === 'ready') resolve()
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(endedError(describeExit({ code, signal }), logFile)))
  })
}

function endedError(reason: string, logFile: string): BaseError {
  const lines = lastLogLines(logFile)
  return new BaseError({
    code: 'detached-ended',
    category: 'start',
    shortMessage: `The network ended before it was up: ${reason}.`,
    metaMessages: lines.map((line) => `| ${line}`),
    facts: { reason, lastLines: lines },
  })
}

/** The detached side: where to log, and how to tell the command that waits. */
export interface DetachedChild {
  /** Moves the log into the network's directory. */
  readonly adoptLog: (directory: string) => Promise<void>
  readonly emit: Emit
  /** Resolves when the event has left this process, which may then end. */
  readonly flush: (event: UpEvent) => Promise<void>
}

/** @returns undefined when this process was not started by {@link startDetached}. */
export function detachedChild(): DetachedChild | undefined {
  const logFile = process.env[logVariable]
  if (logFile === undefined) return undefined
  // The clients inherit our environment, and are no detached networks.
  delete process.env[logVariable]
  // The channel must not keep a network alive, nor its end stop one.
  process.channel?.unref()
  const flush = (event: UpEvent) => {
    return new Promise<void>((resolve) => {
      if (process.connected) process.send?.(event, () => resolve())
      else resolve()
    })
  }
  return {
    adoptLog: (directory) => moveLog(logFile, join(directory, 'up.log')),
    emit: (event) => void flush(event),
    flush,
  }
}

/** Our output is open on the file, and follows it. On another file system it stays where it is. */
async function moveLog(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await rm(to, { force: true })
    await symlink(from, to)
  }
}
