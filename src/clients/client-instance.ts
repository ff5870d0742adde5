import type { ExitStatus } from '../processes/managed-process.ts'
import type { ProcessClient } from './client.ts'

export interface ProcessInfo {
  readonly name: string
  readonly pid: number
  readonly logFile: string
}

/** A process of a client ended without being asked to. */
export interface CrashReport {
  readonly title: string
  readonly command: string
  readonly status: ExitStatus
  readonly logFile: string
}

/** Whether a client ended by itself when it was asked to, or had to be killed and may have lost data. */
export type StopOutcome = 'graceful' | 'forced'

/** One client of one node. Its methods are not to be called concurrently: the node sees to that. */
export interface ClientInstance {
  readonly client: Pick<ProcessClient, 'rewind'>
  /** Those that run now, in the order in which they were started. */
  readonly processes: readonly ProcessInfo[]
  /** Resolves when the client's APIs answer; when it rejects, none of its processes is left. */
  start(signal: AbortSignal): Promise<void>
  stop(): Promise<StopOutcome>
  kill(): Promise<void>
  pause(): void
  resume(): void
}
