/** A program to run and supervise: pure data, made by a client's file. */
export interface ProcessSpec {
  /** Unique within its node; also the name of its log, e.g. `geth`. */
  readonly name: string
  /** Path of the executable. */
  readonly file: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory: string
  readonly logFile: string
  /** Asked again and again until it says yes; a rejection means "not yet". */
  readonly isReady: (signal: AbortSignal) => Promise<boolean>
  /** Run once when it is ready, e.g. to tell it its peers; a rejection fails the start. */
  readonly onReady?: (signal: AbortSignal) => Promise<void>
  readonly startDeadlineMs: number
  /** Time between SIGTERM and SIGKILL. */
  readonly stopDeadlineMs: number
}

/** A program that runs once and ends, such as `geth init`. */
export interface CommandSpec {
  readonly name: string
  readonly file: string
  readonly arguments: readonly string[]
  readonly logFile: string
  readonly deadlineMs: number
}
