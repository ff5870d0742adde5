import { basename } from 'node:path'
import { lastLogLines } from '../../../processes/log-tail.ts'
import type { LogLineEvidence, LogTopic } from '../evidence.ts'
import { logTimeMs } from './log-time.ts'

/** Lines from the end of each log that are looked at, and telling ones that are kept of each topic. */
const linesRead = 80
const linesKept = 3
/** Characters of a line that are kept. */
const lineMax = 300

/** How clients of several kinds put it. Words, not formats: each writes its log in a way of its own. */
const topics: readonly { readonly topic: LogTopic; readonly pattern: RegExp }[] = [
  { topic: 'disk-full', pattern: /ENOSPC|no space left on device/i },
  {
    topic: 'refused',
    pattern:
      /\b(401|403)\b.*(unauthorized|forbidden)|unauthorized|signature is invalid|(stale|invalid|wrong) token|jwt.*(invalid|wrong|mismatch)/i,
  },
  {
    topic: 'no-answer',
    pattern:
      /execution client (gave|gives) no answer|(could not|cannot|unable to) (connect to|reach) (the )?(execution|engine)|engine.*(timed? ?out|deadline exceeded)/i,
  },
  {
    topic: 'invalid-payload',
    pattern:
      /invalid (execution )?payload|payload (status )?is invalid|bad block|status=INVALID|INVALID_BLOCK/i,
  },
  { topic: 'fatal', pattern: /\bfatal\b|\bpanic\b|level=(fatal|panic)/i },
]

/** The telling lines at the end of some logs. */
export function readLogLines(logFiles: readonly string[]): LogLineEvidence[] {
  return logFiles.flatMap((logFile) => {
    const lines = lastLogLines(logFile, linesRead)
    return topics.flatMap(({ topic, pattern }) =>
      lines
        .filter((line) => pattern.test(line))
        .slice(-linesKept)
        .map((line) => ({
          topic,
          logFile: basename(logFile),
          line: line.slice(0, lineMax),
          timeMs: logTimeMs(line),
        })),
    )
  })
}
