import { messageOf } from '../../errors.ts'
import type { ClientBinary } from './binary-source.ts'

const deadlineMs = 15_000
const maxOutputBytes = 64 * 1024

/** Either the version or why there is none. */
export type VersionAnswer = { readonly version: string } | { readonly problem: string }

/** Asks a program for its version by running it. A program that is not the one meant has no version. */
export async function readVersion(
  binary: ClientBinary,
  path: string,
  signal?: AbortSignal,
): Promise<VersionAnswer> {
  // Loaded here, as it is a hundred files, and most networks start no program.
  const { execa } = await import('execa')
  const result = await execa(path, binary.versionArguments, {
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: deadlineMs,
    maxBuffer: maxOutputBytes,
    forceKillAfterDelay: 1_000,
    ...(signal && { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  const command = [path, ...binary.versionArguments].join(' ')
  if (result.failed) return { problem: `\`${command}\` failed: ${firstLine(messageOf(result))}` }
  const version = binary.versionPattern.exec(result.all)?.[1]
  if (version) return { version }
  return {
    problem: `\`${command}\` does not print the version of a ${binary.name}: ${firstLine(result.all)}`,
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200)
}
