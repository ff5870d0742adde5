export interface ProcessInfo {
  readonly name: string
  readonly pid: number
  readonly logFile: string
}

/** A client ended without being asked to. */
export interface CrashReport {
  readonly title: string
  readonly command: string
  /** How it ended, as the end of a sentence: `it exited with code 1`. */
  readonly reason: string
  readonly logFile: string
}

/** Whether a client ended by itself when it was asked to, or had to be killed and may have lost data. */
export type StopOutcome = 'graceful' | 'forced'

/** One client of one node. Its methods are not to be called concurrently: the node sees to that. */
export interface ClientInstance {
  /** Those that run now, in the order in which they were started. */
  readonly processes: readonly ProcessInfo[]
  /** Resolves when the client's APIs answer; when it rejects, none of its processes is left. */
  start(signal: AbortSignal): Promise<void>
  stop(): Promise<StopOutcome>
  kill(): Promise<void>
  pause(): void
  resume(): void
}
