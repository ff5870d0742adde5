import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { messageOf } from '../../../errors.ts'
import type { Root } from '../../fork-choice/types.ts'
import { ProtectionStoreError } from './errors.ts'
import { entryLine, headerLine, parseEntry, parseHeader } from './journal-lines.ts'
import type { ProtectionEntry, ProtectionRecord, ProtectionStore } from './protection-store.ts'

/** Only the user may read which messages were signed, and nobody else may change it. */
const fileMode = 0o600

const newline = 0x0a

/**
 * The record of signed messages in one file: a line a message, appended, and now and then the whole file
 * written anew beside it and renamed over it.
 *
 * A line is handed to the operating system before `append` returns, so it outlives this process however
 * that ends (`kill -9` included); it is not forced to the disk, so a crash of the machine can lose the last
 * moments, and then the local network whose processes all ran on it has ended as well. A line without its
 * end was cut off by such an end of the process: its message was never signed, and it is dropped.
 */
export class ProtectionJournal implements ProtectionStore {
  readonly #path: string
  #file: number | undefined
  #lengthBytes = 0
  #isBroken = false

  constructor(path: string) {
    this.#path = path
  }

  load(): ProtectionRecord {
    rmSync(this.#temporaryPath, { force: true })
    if (!existsSync(this.#path)) return { genesisValidatorsRoot: null, entries: [] }
    const bytes = this.#attempt('cannot be read', () => readFileSync(this.#path))
    const end = bytes.lastIndexOf(newline) + 1
    // Not even the first line is whole: it was never in use, as the first file is renamed into place.
    if (end === 0) throw this.#damaged(1)
    const [header = '', ...lines] = bytes.toString('utf8', 0, end - 1).split('\n')
    const genesisValidatorsRoot = parseHeader(header)
    if (genesisValidatorsRoot === undefined) throw this.#damaged(1)
    const entries = lines.map((line, index) => {
      const entry = parseEntry(line)
      if (entry === undefined) throw this.#damaged(index + 2)
      return entry
    })
    this.#open(end)
    return { genesisValidatorsRoot, entries }
  }

  append(entries: readonly ProtectionEntry[]): void {
    const file = this.#file
    if (file === undefined || this.#isBroken) throw this.#failure('is not open')
    const bytes = Buffer.from(entries.map(entryLine).join(''))
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
      this.#lengthBytes += bytes.length
    } catch (error) {
      // Half a line must not stand before the next one.
      this.#isBroken = !this.#cutBack(file)
      throw this.#failure('cannot be written', error)
    }
  }

  replace(genesisValidatorsRoot: Root, entries: readonly ProtectionEntry[]): void {
    const text = headerLine(genesisValidatorsRoot) + entries.map(entryLine).join('')
    this.#attempt('cannot be written', () => {
      writeFileSync(this.#temporaryPath, text, { mode: fileMode })
      renameSync(this.#temporaryPath, this.#path)
    })
    this.#open(Buffer.byteLength(text))
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  get #temporaryPath(): string {
    return `${this.#path}.new`
  }

  #open(lengthBytes: number): void {
    this.close()
    this.#attempt('cannot be opened', () => {
      const file = openSync(this.#path, 'a', fileMode)
      ftruncateSync(file, lengthBytes)
      this.#file = file
    })
    this.#lengthBytes = lengthBytes
    this.#isBroken = false
  }

  #cutBack(file: number): boolean {
    try {
      ftruncateSync(file, this.#lengthBytes)
      return true
    } catch {
      return false
    }
  }

  #attempt<Result>(problem: string, action: () => Result): Result {
    try {
      return action()
    } catch (error) {
      throw this.#failure(problem, error)
    }
  }

  #failure(problem: string, cause?: unknown): ProtectionStoreError {
    return new ProtectionStoreError({
      place: this.#path,
      problem,
      advice: `Nothing is signed until it can be${cause === undefined ? '' : `: ${messageOf(cause)}`}.`,
      cause,
    })
  }

  #damaged(line: number): ProtectionStoreError {
    return new ProtectionStoreError({
      place: this.#path,
      problem: `is damaged at line ${line}`,
      advice: 'Put back a copy of it; only if the network starts anew from its genesis may it be deleted.',
    })
  }
}
