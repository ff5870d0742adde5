import type { Evidence } from './evidence.ts'

/** Every cause that there is, the deepest first. `docs/doctor.md` says what each means. */
export const causes = [
  'disk-full',
  'genesis-mismatch',
  'fork-schedule-mismatch',
  'config-mismatch',
  'client-crashed',
  'start-failed',
  'not-running',
  'slots-too-short',
  'jwt-wrong',
  'engine-unreachable',
  'engine-invalid',
  'engine-syncing',
  'not-answering',
  'not-yet-genesis',
  'clock-skew',
  'keys-duplicated',
  'stake-offline',
  'partition',
  'no-peers',
  'keys-missing',
  'syncing',
  'finality-stalled',
] as const

export type UnhealthyCause = (typeof causes)[number]
export type Cause = UnhealthyCause | 'healthy'

/** What is wrong with a network, or that nothing is. */
export interface Diagnosis {
  readonly healthy: boolean
  /** Documented in `docs/doctor.md`. */
  readonly cause: Cause
  /** The cause, in one sentence. */
  readonly summary: string
  /** What was observed, a sentence each. */
  readonly evidence: readonly string[]
  /** What to do, a sentence each; empty when the network is healthy. */
  readonly advice: readonly string[]
  /** Other causes that apply as well, most of them consequences of this one. */
  readonly also: readonly { readonly cause: UnhealthyCause; readonly summary: string }[]
}

/** A rule's answer, when its cause applies. */
export interface Finding {
  readonly cause: UnhealthyCause
  readonly summary: string
  readonly evidence: readonly string[]
  readonly advice: readonly string[]
}

/** Looks for one cause. Pure. */
export type Rule = (evidence: Evidence) => Finding | undefined
