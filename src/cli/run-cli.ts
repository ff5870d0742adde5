import { Output, type OutputStream } from './output.ts'
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'

export interface CliStreams {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly outputClosed: AbortSignal
}

/**
 * Runs one command.
 *
 * @param args - the command line without program and script
 * @returns the exit code; nothing is thrown.
 */
export async function runCli(args: readonly string[], streams: CliStreams): Promise<number> {
  const { stdout, stderr, outputClosed } = streams
  // Known before the line is parsed, so that a line that cannot be parsed is answered in the right form.
  const output = new Output({ stdout, stderr, isJson: args.includes('--json') })
  try {
    const program = createProgram({ output, args, outputClosed })
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return reportFailure(error, output, { isDebug: args.includes('--debug') })
  }
}
