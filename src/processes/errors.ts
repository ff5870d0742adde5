import { BaseError, messageOf } from '../errors.ts'

interface ProcessFailure {
  /** e.g. `node-0 geth`. */
  title: string
  command: string
  logFile: string
  lastLines: readonly string[]
  cause?: unknown
}

function logLines(lastLines: readonly string[], logFile: string): string[] {
  return [
    ...(lastLines.length > 0 ? ['', ...lastLines.map((line) => `  | ${line}`)] : []),
    '',
    `Log: ${logFile}`,
  ]
}

/** A process ended, or did not answer, before it was ready. */
export class ProcessStartError extends BaseError {
  constructor({ title, command, logFile, lastLines, reason, cause }: ProcessFailure & { reason: string }) {
    super({
      code: 'process-start',
      category: 'start',
      shortMessage: `${title} did not start: ${reason}.`,
      metaMessages: [...logLines(lastLines, logFile), `Command: ${command}`],
      facts: { title, command, logFile, lastLines, reason },
      cause,
    })
  }
}

/** A one-off command, such as the making of a database, failed. */
export class CommandError extends BaseError {
  constructor({ title, command, logFile, lastLines, cause }: ProcessFailure) {
    super({
      code: 'command-failed',
      category: 'start',
      shortMessage: `${title} failed: ${messageOf(cause).split('\n')[0]}`,
      metaMessages: [...logLines(lastLines, logFile), `Command: ${command}`],
      facts: { title, command, logFile, lastLines },
      cause,
    })
  }
}

/** No free port was found, or one that is needed is taken. */
export class PortError extends BaseError {
  constructor(shortMessage: string, facts: Record<string, unknown>) {
    super({
      code: 'port-busy',
      category: 'start',
      shortMessage,
      metaMessages: [
        'Stop what listens there, or stop other networks (`eth-localnet ps`, `eth-localnet down`).',
      ],
      facts,
    })
  }
}
