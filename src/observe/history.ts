import { HistoryFile } from './file/history-file.ts'
import { readHistory } from './file/read-history.ts'
import type { HistoryRecord } from './history-record.ts'

/** Records that are kept in memory: the file has all of them. */
const recentMax = 16_384
/** Dropped at once when there are more, as taking away one at a time from the front costs much. */
const recentSlack = 4_096

/** What is told many times a slot waits for what is told once, and is written with it. */
const frequentTypes: ReadonlySet<HistoryRecord['type']> = new Set(['block', 'head', 'justified', 'peers'])

/** Must not throw: what it throws is nobody's to catch. */
export type HistoryListener = (record: HistoryRecord) => void

/** What has happened in a network so far: all of it in a file, the latest in memory. */
export class History {
  /** The file, one JSON object a line; `docs/history.md` describes it. */
  readonly path: string
  readonly #recent: HistoryRecord[] = []
  readonly #listeners = new Set<HistoryListener>()
  #file: HistoryFile | undefined
  #latestMs = 0

  constructor(path: string) {
    this.path = path
  }

  /** The latest records, oldest first: of this run, and at least the last 16,384 of them. */
  get records(): readonly HistoryRecord[] {
    return this.#recent
  }

  /**
   * Tells of every record from now on, as it is made.
   *
   * @returns ends it
   */
  subscribe(listener: HistoryListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Reads all records from the file, those of earlier runs included, in constant memory.
   *
   * @throws {HistoryFileError} when the file is damaged.
   */
  read(): AsyncGenerator<HistoryRecord> {
    this.#file?.flush(this.#latestMs)
    return readHistory(this.path)
  }

  /** From now on records are written to the file. @internal */
  open(): void {
    this.#file ??= HistoryFile.open(this.path)
  }

  /** Adds a record. @internal */
  record(record: HistoryRecord): void {
    this.#latestMs = Math.max(this.#latestMs, record.timeMs)
    this.#recent.push(record)
    if (this.#recent.length > recentMax + recentSlack) this.#recent.splice(0, recentSlack)
    this.#file?.append(record)
    if (!frequentTypes.has(record.type)) this.#file?.flush(this.#latestMs)
    for (const listener of [...this.#listeners]) listener(record)
  }

  /** Writes what waits, and ends the file; later records are kept in memory only. @internal */
  close(): void {
    this.#file?.close(this.#latestMs)
    this.#file = undefined
  }
}
