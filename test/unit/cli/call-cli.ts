import { runCli } from '../../../src/cli/run-cli.ts'

export interface CliCall {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in this process, as it would be called with these words. */
export async function cli(...args: string[]): Promise<CliCall> {
  const written = { stdout: '', stderr: '' }
  const streamInto = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const exitCode = await runCli(args, {
    stdout: streamInto('stdout'),
    stderr: streamInto('stderr'),
    outputClosed: new AbortController().signal,
  })
  return { exitCode, ...written }
}

/** What a command with `--json` has printed. */
export function eventsOf({ stdout }: CliCall): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
