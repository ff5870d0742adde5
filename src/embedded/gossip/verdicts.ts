import type { Root } from '../fork-choice/types.ts'
import type { Verdict } from '../links/wire.ts'

/** Why a message does not pass. */
export interface Refusal {
  readonly verdict: Exclude<Verdict, 'accept'>
  /** In the words of the specification; one of a fixed set, so that they can be counted. */
  readonly reason: string
  /** What has to come first for the message to be judged again. */
  readonly until?: MissingPart
  /** This node has the message already: nothing is wrong with it. */
  readonly isKnown?: boolean
}

export type MissingPart =
  /** A block that is not known. */
  | { readonly blockRoot: Root }
  /** A moment that is not there yet, Unix time. */
  | { readonly timeMs: number }

/** [IGNORE] */
export function ignore(reason: string, until?: MissingPart): Refusal {
  return until === undefined ? { verdict: 'ignore', reason } : { verdict: 'ignore', reason, until }
}

/** [IGNORE], for what this node has already. */
export function alreadyKnown(reason: string): Refusal {
  return { verdict: 'ignore', reason, isKnown: true }
}

/** [REJECT] */
export function reject(reason: string): Refusal {
  return { verdict: 'reject', reason }
}
