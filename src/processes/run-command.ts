import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandError } from './errors.ts'
import { lastLogLines } from './log-tail.ts'
import type { CommandSpec } from './process-spec.ts'

/**
 * Runs a command to its end, its output into its log.
 *
 * @throws {CommandError} when it fails or outlives its deadline.
 */
export async function runCommand(title: string, spec: CommandSpec, signal: AbortSignal): Promise<void> {
  mkdirSync(dirname(spec.logFile), { recursive: true, mode: 0o700 })
  // Loaded here, as it is a hundred files, and most networks start no program.
  const { execa } = await import('execa')
  const output = { file: spec.logFile, append: true } as const
  try {
    await execa(spec.file, spec.arguments, {
      stdin: 'ignore',
      stdout: output,
      stderr: output,
      timeout: spec.deadlineMs,
      cancelSignal: signal,
      forceKillAfterDelay: 2_000,
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw new CommandError({
      title,
      command: [spec.file, ...spec.arguments].join(' '),
      logFile: spec.logFile,
      lastLines: lastLogLines(spec.logFile),
      cause,
    })
  }
}
