import type { CrashReport } from '../clients/client-instance.ts'
import { ProcessStartError } from '../processes/errors.ts'
import { lastLogLines } from '../processes/log-tail.ts'

/** What a crash is to whoever waits for the node. */
export function crashError({ title, command, reason, logFile }: CrashReport): ProcessStartError {
  return new ProcessStartError({ title, command, logFile, lastLines: lastLogLines(logFile), reason })
}
