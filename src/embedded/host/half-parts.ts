import type { NodeClock } from '../clock/node-clock.ts'
import type { NetworkContext } from './network-context.ts'
import type { NodeLog } from './node-log.ts'

/** What the node gives to each of its two halves. */
export interface HalfParts {
  readonly context: NetworkContext
  readonly log: NodeLog
  /** A clock for one life of the half: an error in it ends the node. */
  readonly makeClock: () => NodeClock
  /** Hears of faults of this program that did not stop the node. */
  readonly onDefect: (error: unknown) => void
}
