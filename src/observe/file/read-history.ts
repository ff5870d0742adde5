import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { type Line, splitLines } from '../../split-lines.ts'
import { HistoryFileError } from '../errors.ts'
import { type HistoryRecord, historyFormatVersion, historyRecordSchema } from '../history-record.ts'

const knownTypes: ReadonlySet<string> = new Set(
  historyRecordSchema.options.map(({ shape }) => shape.type.value),
)

/** What every line is, also one of a type that a later version of eth-localnet has added to the format. */
const envelope = z.looseObject({ type: z.string(), timeMs: z.number() })

/**
 * Reads a history file record by record, in constant memory. A last line that a killed process tore is left
 * out; so are records of types that this version does not know.
 *
 * @throws {HistoryFileError} naming the line that is damaged; for a file that is missing, is no history, or is
 *   one of a later format.
 */
export async function* readHistory(path: string): AsyncGenerator<HistoryRecord> {
  for await (const line of linesOf(path)) {
    const record = parseLine(line, path)
    if (line.number === 1 && record?.type !== 'run') throw foreign(path)
    if (record !== undefined) yield record
  }
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  let isEmpty = true
  try {
    for await (const line of splitLines(createReadStream(path))) {
      isEmpty = false
      if (line.isTooLong) throw damaged(path, line.number, 'it is far too long for a record')
      yield line
    }
  } catch (error) {
    if (error instanceof HistoryFileError) throw error
    throw new HistoryFileError('history-missing', {
      path,
      problem: `The history cannot be read: ${messageOf(error)}`,
      advice: 'Give the path of a history.jsonl; a network keeps one in its directory.',
      cause: error,
    })
  }
  if (isEmpty) throw foreign(path)
}

/** Undefined for what is to be left out. */
function parseLine({ text, number, isWhole }: Line, path: string): HistoryRecord | undefined {
  const json = parseJson(text)
  if (json === undefined && !isWhole && number > 1) return undefined
  const known = envelope.safeParse(json)
  if (!known.success) throw number === 1 ? foreign(path) : damaged(path, number, 'it is not a record')
  if (!knownTypes.has(known.data.type)) return undefined
  if (known.data.type === 'run') refuseOtherVersion(known.data.formatVersion, path, number)
  const record = historyRecordSchema.safeParse(json)
  if (record.success) return record.data
  throw damaged(path, number, z.prettifyError(record.error))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuseOtherVersion(version: unknown, path: string, line: number): void {
  if (version === historyFormatVersion) return
  throw new HistoryFileError('history-version', {
    path,
    line,
    problem: `The history is of format ${JSON.stringify(version)}; this version reads format ${historyFormatVersion}.`,
    advice: 'Read it with the version of eth-localnet that wrote it: the line names it.',
  })
}

function damaged(path: string, line: number, reason: string): HistoryFileError {
  return new HistoryFileError('history-damaged', {
    path,
    line,
    problem: `The history is damaged at line ${line}: ${reason}.`,
    advice: 'The lines before it can be read: cut the file there, or restore it.',
  })
}

function foreign(path: string): HistoryFileError {
  return new HistoryFileError('history-foreign', {
    path,
    line: 1,
    problem: 'This is not a history: it does not begin with a record of a run.',
    advice: 'Give the path of a history.jsonl; a network keeps one in its directory.',
  })
}
