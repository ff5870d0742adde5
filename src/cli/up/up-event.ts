import type { NetworkDescription } from '../../control/protocol.ts'
import type { WireError } from '../../control/wire-error.ts'
import type { StartProgress } from '../../network/progress.ts'
import type { SlotReport } from '../../network/slot-report.ts'
import type { Interruption } from '../exit-code.ts'

/** A process of a node that ended unasked. */
export interface NodeCrash {
  /** e.g. `node-0 geth`. */
  readonly title: string
  readonly reason: string
  readonly logFile: string
  readonly lastLines: readonly string[]
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
  | ({ readonly event: 'slot' } & SlotReport)
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
