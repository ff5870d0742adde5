import { createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../clock/clock.ts'
import { nextTurn } from '../clock/event-loop.ts'

const bytesMax = 64 * 2 ** 20

export type LogLevel = 'info' | 'warn' | 'error'
export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * What a node tells of itself, as lines of a file: time, level, message, and facts as `name=value`. Past its
 * limit the file moves to `<file>.1`, and a new one begins.
 */
export class NodeLog {
  readonly #path: string
  readonly #clock: Pick<Clock, 'nowMs'>
  #stream: WriteStream
  #bytes = 0

  constructor(path: string, clock: Pick<Clock, 'nowMs'>) {
    this.#path = path
    this.#clock = clock
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#stream = this.#open()
  }

  info(message: string, facts?: LogFacts): void {
    this.#write('info', message, facts)
  }

  warn(message: string, facts?: LogFacts): void {
    this.#write('warn', message, facts)
  }

  error(message: string, facts?: LogFacts): void {
    this.#write('error', message, facts)
  }

  /** Resolves when everything is in the file. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve))
  }

  #write(level: LogLevel, message: string, facts: LogFacts = {}): void {
    if (this.#bytes > bytesMax) this.#rotate()
    // biome-ignore lint/style/noRestrictedGlobals: it only writes down the time that the clock says.
    const time = new Date(this.#clock.nowMs).toISOString()
    const details = Object.entries(facts).map(([name, value]) => ` ${name}=${value}`)
    // What peers and users have sent must not begin a line of its own.
    const text = `${message}${details.join('')}`.replaceAll(/[\r\n]+/g, ' ')
    const line = `${time} ${level.padEnd(5)} ${text}\n`
    this.#bytes += Buffer.byteLength(line)
    this.#gather()
    this.#stream.write(line)
  }

  /** Lines of one turn of the event loop are written in one go. */
  #gather(): void {
    const stream = this.#stream
    if (stream.writableCorked > 0) return
    stream.cork()
    void nextTurn().then(() => stream.uncork())
  }

  #rotate(): void {
    this.#stream.end()
    // One that somebody has deleted needs no other name.
    if (existsSync(this.#path)) renameSync(this.#path, `${this.#path}.1`)
    this.#stream = this.#open()
    this.#bytes = 0
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 })
    // A full disk, or a log that was deleted, must not end the node.
    stream.on('error', () => {})
    return stream
  }
}
