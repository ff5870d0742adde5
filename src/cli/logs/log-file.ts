import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

const chunkBytes = 64 * 1024
const newline = 0x0a

/**
 * Reads a log file that grows: first its last lines, then what is added. Terminal codes are taken out:
 * clients colour their logs even into files.
 */
export class LogFile {
  readonly path: string
  #position = 0
  #decoder = new StringDecoder('utf8')
  /** The line that is not finished yet. */
  #rest = ''

  constructor(path: string) {
    this.path = path
  }

  /** The last lines; what comes after them is for `readNew`. */
  async readLast(count: number): Promise<string[]> {
    await using file = await this.#open()
    if (file === undefined) return []
    const { size } = await file.stat()
    this.#position = await startOfLastLines(file, size, count)
    return await this.#readTo(file, size)
  }

  /** The lines that were finished since the last time; from the start again when the file was cut. */
  async readNew(): Promise<string[]> {
    await using file = await this.#open()
    if (file === undefined) return []
    const { size } = await file.stat()
    if (size < this.#position) this.#rewind()
    return await this.#readTo(file, size)
  }

  async #open(): Promise<FileHandle | undefined> {
    return open(this.path).catch(() => undefined)
  }

  #rewind(): void {
    this.#position = 0
    this.#decoder = new StringDecoder('utf8')
    this.#rest = ''
  }

  async #readTo(file: FileHandle, end: number): Promise<string[]> {
    const lines: string[] = []
    while (this.#position < end) {
      const length = Math.min(chunkBytes, end - this.#position)
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, this.#position)
      if (bytesRead === 0) break
      this.#position += bytesRead
      const text = this.#rest + this.#decoder.write(buffer.subarray(0, bytesRead))
      const parts = text.split('\n')
      this.#rest = parts.pop() ?? ''
      lines.push(...parts.map((line) => stripVTControlCharacters(line).trimEnd()))
    }
    return lines
  }
}

/** Position behind the newline that comes before the last `count` finished lines. */
async function startOfLastLines(file: FileHandle, size: number, count: number): Promise<number> {
  let newlines = 0
  for (let end = size; end > 0; end -= chunkBytes) {
    const start = Math.max(0, end - chunkBytes)
    const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    for (let at = buffer.length - 1; at >= 0; at -= 1) {
      if (buffer[at] !== newline) continue
      // One newline ends the last line, and one more lies before each of those that are wanted.
      newlines += 1
      if (newlines > count) return start + at + 1
    }
  }
  return 0
}
