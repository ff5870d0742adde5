/** What went wrong, in the large: decides the CLI's exit code and how a caller may react. */
export type ErrorCategory = 'options' | 'start' | 'check' | 'runtime'

export interface BaseErrorParameters {
  /** Stable, documented identifier such as `option-invalid`. */
  code: string
  category: ErrorCategory
  /** One sentence: what happened. */
  shortMessage: string
  /** Lines below it: what was observed, where the log is, what to try. */
  metaMessages?: readonly string[]
  /** The observed values, for programs. */
  facts?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/** Every failure of this package is one of these; `code` tells which, `facts` carries the values. */
export class BaseError extends Error {
  readonly code: string
  readonly category: ErrorCategory
  readonly shortMessage: string
  readonly metaMessages: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>

  constructor({ code, category, shortMessage, metaMessages = [], facts = {}, cause }: BaseErrorParameters) {
    super([shortMessage, ...metaMessages].join('\n'), cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.category = category
    this.shortMessage = shortMessage
    this.metaMessages = metaMessages
    this.facts = facts
  }
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
