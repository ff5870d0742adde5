import type { Node } from '../../network/node.ts'
import { lastLogLines } from '../../processes/log-tail.ts'
import type { NodeEvent } from './up-event.ts'

const crashLinesShown = 8

/** The state of a node as an event; with the last that it logged when it failed. */
export function nodeEvent({ name, state, crash }: Node): NodeEvent {
  if (state !== 'failed' || crash === undefined) return { event: 'node', name, state, crash: undefined }
  const { title, reason, logFile } = crash
  const lastLines = lastLogLines(logFile, crashLinesShown)
  return { event: 'node', name, state, crash: { title, reason, logFile, lastLines } }
}
