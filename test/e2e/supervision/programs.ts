import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lastLogLines } from '../../../src/processes/log-tail.ts'
import type { ProcessSpec } from '../../../src/processes/process-spec.ts'

/** A shell script as a program, which is ready when it has printed `ready`. */
export function shellProgram(
  directory: string,
  script: string,
  changes: Partial<ProcessSpec> = {},
): ProcessSpec {
  mkdirSync(directory, { recursive: true })
  const logFile = join(directory, 'program.log')
  return {
    name: 'program',
    file: '/bin/sh',
    arguments: ['-c', script],
    workingDirectory: directory,
    logFile,
    isReady: async () => lastLogLines(logFile).includes('ready'),
    startDeadlineMs: 30_000,
    stopDeadlineMs: 30_000,
    ...changes,
  }
}

/** Ends at the first SIGTERM. */
export function waitingProgram(directory: string): ProcessSpec {
  return shellProgram(directory, 'echo ready; exec sleep 1000')
}

/** Does not obey SIGTERM. */
export function stubbornProgram(directory: string, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return shellProgram(directory, `trap '' TERM; echo ready; while :; do sleep 0.1; done`, changes)
}
