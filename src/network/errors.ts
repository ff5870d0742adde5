import { BaseError } from '../errors.ts'
import type { Diagnosis } from '../observe/doctor/diagnosis.ts'

/** A network directory cannot be used: another process has it, or what it holds is not a network. */
export class DirectoryError extends BaseError {
  constructor(
    code: 'directory-in-use' | 'directory-foreign' | 'directory-corrupt' | 'directory-options',
    parameters: {
      directory: string
      problem: string
      advice: string
      cause?: unknown
    },
  ) {
    const { directory, problem, advice, cause } = parameters
    super({
      code,
      category: code === 'directory-options' ? 'options' : 'start',
      shortMessage: problem,
      metaMessages: [`Directory: ${directory}`, advice],
      facts: { directory },
      cause,
    })
  }
}

/** What one node said when everybody was asked; the fields it did not answer are undefined. */
export interface NodeView {
  readonly name: string
  readonly state: string
  readonly headSlot?: number | undefined
  readonly headRoot?: string | undefined
  readonly justifiedEpoch?: number | undefined
  readonly finalizedEpoch?: number | undefined
  readonly finalizedRoot?: string | undefined
  readonly problem?: string | undefined
}

/** Lines with one node's view each, for the messages of errors. */
export function describeViews(views: readonly NodeView[]): string[] {
  const width = Math.max(...views.map(({ name }) => name.length), 0)
  return views.map((view) => {
    const name = view.name.padEnd(width)
    if (view.problem !== undefined) return `  ${name}  ${view.state}: ${view.problem}`
    const { headSlot, headRoot, justifiedEpoch, finalizedEpoch } = view
    return `  ${name}  head ${headSlot} ${shortRoot(headRoot)}  justified ${justifiedEpoch}  finalized ${finalizedEpoch}`
  })
}

export function shortRoot(root: string | undefined): string {
  return root === undefined ? '-' : `${root.slice(0, 10)}…`
}

/** The nodes do not share one chain. `facts.views` has each node's view. */
export class ConsensusError extends BaseError {
  readonly views: readonly NodeView[]

  constructor(problem: string, views: readonly NodeView[], seed: number) {
    super({
      code: 'no-consensus',
      category: 'check',
      shortMessage: problem,
      metaMessages: [...describeViews(views), `Seed: ${seed}`],
      facts: { views, seed },
    })
    this.views = views
  }
}

/**
 * What was waited for did not happen in time. `views` and `facts.views` have each node's view at the end, `diagnosis`
 * what the doctor says of the network then.
 */
export class WaitTimeoutError extends BaseError {
  readonly views: readonly NodeView[]
  readonly diagnosis: Diagnosis

  constructor(parameters: {
    expected: string
    slots: number
    views: readonly NodeView[]
    diagnosis: Diagnosis
    seed: number
  }) {
    const { expected, slots, views, diagnosis, seed } = parameters
    const { healthy, summary, evidence } = diagnosis
    super({
      code: 'wait-timeout',
      category: 'check',
      shortMessage: `Waited ${slots} slots for ${expected}, which did not happen.`,
      metaMessages: [
        ...describeViews(views),
        ...(healthy ? [] : [`Doctor: ${summary}`, ...evidence.map((line) => `  ${line}`)]),
        `Seed: ${seed}`,
      ],
      facts: { expected, slots, views, diagnosis, seed },
    })
    this.views = views
    this.diagnosis = diagnosis
  }
}

/** The network is up, but its nodes did not connect or agree in time. */
export class ReadinessError extends BaseError {
  constructor(problem: string, details: readonly string[], facts: Record<string, unknown>) {
    super({ code: 'not-ready', category: 'start', shortMessage: problem, metaMessages: details, facts })
  }
}

/** A call names a node that there is not. */
export class UnknownNodeError extends BaseError {
  constructor(name: string, known: readonly string[], nearest: string | undefined) {
    super({
      code: 'unknown-node',
      category: 'options',
      shortMessage: `There is no node ${JSON.stringify(name)}.`,
      metaMessages: [`Nodes: ${known.join(', ')}`, ...(nearest ? [`Did you mean ${nearest}?`] : [])],
      facts: { name, known, nearest },
    })
  }
}

/** A node or network is not in a state in which this can be done. */
export class StateError extends BaseError {
  constructor(shortMessage: string, advice: string) {
    super({ code: 'wrong-state', category: 'runtime', shortMessage, metaMessages: [advice] })
  }
}
