import { messageOf } from '../errors.ts'
import { type Line, splitLines } from '../split-lines.ts'
import { ApiError } from './http-json.ts'

/** An event of a stream of server-sent events. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
}

/** Of a line and of an event, in characters: the largest event of a beacon node is an attester slashing. */
const lengthMax = 4 * 1024 * 1024

/**
 * Asks for a stream of server-sent events, and resolves when it has begun. What is not read waits at its sender:
 * nothing is buffered here but the event that is being read.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @throws {ApiError} when there is no answer, or another one; also while reading, for an event without end.
 */
export async function openEventStream(
  url: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<ServerSentEvent>> {
  const request = `GET ${url}`
  const headers = { accept: 'text/event-stream' }
  const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new ApiError(request, messageOf(error), undefined, error)
  })
  if (!response.ok || response.body === null) {
    const text = (await response.text()).slice(0, 300)
    throw new ApiError(request, `${response.status} ${text}`, response.status)
  }
  return parseEvents(splitLines(response.body, lengthMax), request)
}

/** Puts the lines of a stream together to events. Comments, ids and times of reconnection are of no use here. */
export async function* parseEvents(
  lines: AsyncIterable<Line>,
  request: string,
): AsyncGenerator<ServerSentEvent> {
  let event = ''
  let data = ''
  for await (const { text, isWhole, isTooLong } of lines) {
    if (isTooLong || data.length + text.length > lengthMax) {
      throw new ApiError(request, `an event is longer than ${lengthMax} characters`)
    }
    // What the connection's end has torn was never sent to its end.
    if (!isWhole) return
    const line = text.endsWith('\r') ? text.slice(0, -1) : text
    if (line === '') {
      if (data !== '') yield { event: event || 'message', data: data.slice(0, -1) }
      event = ''
      data = ''
      continue
    }
    const { field, value } = fieldOf(line)
    if (field === 'event') event = value
    if (field === 'data') data += `${value}\n`
  }
}

function fieldOf(line: string): { field: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { field: line, value: '' }
  const value = line.slice(colon + 1)
  return { field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value }
}
