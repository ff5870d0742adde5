import type { Rule } from '../diagnosis.ts'

/** The network did not come up, and no process was to blame. */
export const startFailed: Rule = ({ network: { startFailure, isRunning } }) => {
  if (startFailure === undefined || isRunning) return undefined
  const { code, message, lastLines } = startFailure
  return {
    cause: 'start-failed',
    summary: `The last start failed: ${message}`,
    evidence: [`The error was ${code}.`, ...lastLines],
    advice: ['Do as the error says, then start it again: `eth-localnet up`.'],
  }
}
