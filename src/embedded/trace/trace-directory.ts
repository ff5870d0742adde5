import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import type { CompressedFile } from './compressed-file.ts'
import { TraceError } from './errors.ts'

/** Steps are gathered up to this size, and written at the latest at the end of each slot. */
const STEPS_BUFFER_CHARACTERS = 64 * 1024

/** A trace that nobody stops ends here, before it fills the disk. */
const TRACE_BYTES_MAX = 4 * 1024 ** 3

/** A node that starts again more often than this is not traced any more. */
const LIVES_MAX = 1000

const stepsFile = 'steps.yaml'

/** A step of the format; see `TraceWriter`. */
export type TraceStep = Readonly<Record<string, unknown>>

/**
 * The folder of one node's trace. It writes at once and waits for the disk: a trace is a tool for finding
 * faults, and must be there, in order, whatever happens next. A failure stops the trace, and not the node; it
 * is thrown when the trace is closed.
 */
export class TraceDirectory {
  readonly #path: string
  readonly #bytesMax: number
  #steps = ''
  #writtenBytes = 0
  #failure: TraceError | undefined

  private constructor(path: string, bytesMax: number) {
    this.#path = path
    this.#bytesMax = bytesMax
  }

  /**
   * Makes the folder, or, where there is a trace already, one beside it.
   * @throws {TraceError} when none can be made.
   */
  static create(path: string, bytesMax = TRACE_BYTES_MAX): TraceDirectory {
    for (let life = 1; ; life++) {
      const folder = life === 1 ? path : `${path}.${life}`
      if (isCreated(folder, life)) return new TraceDirectory(folder, bytesMax)
    }
  }

  /** A whole file. Written before the step that names it. */
  writeFile(name: string, content: Uint8Array | string): void {
    this.#attempt(content.length, () => writeFileSync(join(this.#path, name), content))
  }

  writeSsz({ name, compressed }: CompressedFile): void {
    this.writeFile(`${name}.ssz_snappy`, compressed)
  }

  writeStep(step: TraceStep): void {
    // JSON is YAML.
    this.#steps += `- ${JSON.stringify(step)}\n`
    if (this.#steps.length >= STEPS_BUFFER_CHARACTERS) this.flush()
  }

  /** Writes the steps that were gathered. */
  flush(): void {
    const steps = this.#steps
    this.#steps = ''
    if (steps.length > 0) {
      this.#attempt(steps.length, () => appendFileSync(join(this.#path, stepsFile), steps))
    }
  }

  /** Writes all that is left. @throws {TraceError} when something could not be written. */
  close(): void {
    this.flush()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** After the first failure nothing is written: a trace with a gap would tell another story. */
  #attempt(bytes: number, write: () => void): void {
    if (this.#failure !== undefined) return
    this.#writtenBytes += bytes
    if (this.#writtenBytes > this.#bytesMax) {
      const hint = 'Trace a shorter run.'
      this.#failure = new TraceError(this.#path, `it has reached ${this.#bytesMax} bytes`, hint)
      return
    }
    try {
      write()
    } catch (error) {
      const hint = 'Is there room on the disk?'
      this.#failure = new TraceError(this.#path, messageOf(error), hint, error)
    }
  }
}

/** False when the folder holds a trace. */
function isCreated(folder: string, life: number): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, stepsFile), '', { flag: 'wx' })
    return true
  } catch (error) {
    if (isExisting(error) && life < LIVES_MAX) return false
    throw new TraceError(folder, messageOf(error), 'Give a folder that can be written.', error)
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
