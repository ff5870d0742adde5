import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { HistoryRecord } from '../history-record.ts'

/** Characters that wait to be written together. */
const bufferedMax = 2 ** 16

/**
 * Appends records to a history file. What is flushed is with the operating system, so a killed process loses
 * what it had not flushed, and at most tears the line that it was writing: opening the file again removes that.
 */
export class HistoryFile {
  readonly #descriptor: number
  #buffered = ''
  #bufferedRecords = 0
  /** Where the last whole line ends. */
  #size: number
  #lost: { records: number; fromMs: number; reason: string } | undefined

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
    this.#size = fstatSync(descriptor).size
  }

  /** Goes on with the file, or begins it. */
  static open(path: string): HistoryFile {
    const file = new HistoryFile(openSync(path, 'a+', 0o600))
    file.#removeTornLine()
    return file
  }

  /** Records that could not be written since the last that could, as on a full disk. */
  get lost(): { readonly records: number; readonly fromMs: number; readonly reason: string } | undefined {
    return this.#lost
  }

  append(record: HistoryRecord): void {
    this.#buffered += `${JSON.stringify(record)}\n`
    this.#bufferedRecords += 1
    if (this.#buffered.length > bufferedMax) this.flush(record.timeMs)
  }

  /** Never throws: a network goes on without its history. @param nowMs on the network's clock */
  flush(nowMs: number): void {
    if (this.#buffered === '') return
    const lost = this.#lost
    const text =
      lost === undefined ? this.#buffered : `${JSON.stringify(gapOf(lost, nowMs))}\n${this.#buffered}`
    try {
      this.#write(Buffer.from(text))
      this.#lost = undefined
    } catch (error) {
      const records = (lost?.records ?? 0) + this.#bufferedRecords
      this.#lost = {
        records,
        fromMs: lost?.fromMs ?? nowMs,
        reason: (error as NodeJS.ErrnoException).message,
      }
      this.#removeTornLine()
    }
    this.#buffered = ''
    this.#bufferedRecords = 0
  }

  close(nowMs: number): void {
    this.flush(nowMs)
    closeSync(this.#descriptor)
  }

  #write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written)
    this.#size += bytes.length
  }

  #removeTornLine(): void {
    try {
      this.#size = endOfLastLine(this.#descriptor)
      ftruncateSync(this.#descriptor, this.#size)
    } catch {
      // A file that cannot be cut, such as a pipe, is left as it is: its reader names the line.
    }
  }
}

function gapOf(
  { records, fromMs, reason }: { records: number; fromMs: number; reason: string },
  timeMs: number,
) {
  const text = `${records} records could not be written: ${reason}`
  return { type: 'gap', timeMs, fromMs, reason: text } satisfies HistoryRecord
}

const chunkBytes = 4096

/** Offset behind the last line break; 0 when there is none. */
function endOfLastLine(descriptor: number): number {
  const chunk = Buffer.alloc(chunkBytes)
  for (let end = fstatSync(descriptor).size; end > 0; ) {
    const start = Math.max(0, end - chunkBytes)
    const length = readSync(descriptor, chunk, 0, end - start, start)
    const found = chunk.subarray(0, length).lastIndexOf('\n')
    if (found >= 0) return start + found + 1
    end = start
  }
  return 0
}
