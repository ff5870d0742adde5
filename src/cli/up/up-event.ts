import type { NetworkDescription } from '../../control/protocol.ts'
import type { WireError } from '../../control/wire-error.ts'
import type { StartProgress } from '../../network/progress.ts'
import type { HistoryRecord } from '../../observe/history-record.ts'
import type { Interruption } from '../exit-code.ts'

/** A process of a node that ended unasked. */
export interface NodeCrash {
  /** e.g. `node-0 geth`. */
  readonly title: string
  readonly reason: string
  readonly logFile: string
  readonly lastLines: readonly string[]
}

type ShownType = 'slot' | 'reorg' | 'fault' | 'check' | 'gap'

/** What is told of the network's history, in its own words. */
export type HistoryEvent = {
  [Type in ShownType]: { readonly event: Type } & Extract<HistoryRecord, { type: Type }>
}[ShownType]

/** The event of a record; undefined for those that are not told. */
export function historyEvent(record: HistoryRecord): HistoryEvent | undefined {
  switch (record.type) {
    case 'slot':
      return { event: record.type, ...record }
    case 'reorg':
      return { event: record.type, ...record }
    case 'fault':
      return { event: record.type, ...record }
    case 'check':
      return { event: record.type, ...record }
    case 'gap':
      return { event: record.type, ...record }
    default:
      return undefined
  }
}

/** A node changed its state. */
export interface NodeEvent {
  readonly event: 'node'
  readonly name: string
  readonly state: string
  readonly crash: NodeCrash | undefined
}

export interface ReadyEvent extends NetworkDescription {
  readonly event: 'ready'
  /** From the command to here. */
  readonly startMs: number
}

/**
 * What `up` tells, in order: progress, then `ready`, then slots and changes of nodes, then the end. The same
 * events are drawn for a person, printed with `--json`, and sent by a detached network to the command that
 * started it.
 */
export type UpEvent =
  | ({ readonly event: 'progress' } & StartProgress)
  | ReadyEvent
  | HistoryEvent
  | NodeEvent
  | { readonly event: 'stopping'; readonly reason: Interruption['reason'] }
  | {
      readonly event: 'stopped'
      readonly name: string
      readonly directory: string
      readonly isKilled: boolean
    }
  | ({ readonly event: 'error' } & WireError)

export type Emit = (event: UpEvent) => void
