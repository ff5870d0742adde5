import { BaseError } from '../../errors.ts'

export type ValidatorApiCode =
  /** The epoch or slot is later than can be known or served now. */
  | 'too-far-in-future'
  /** It is so old that its state is not kept. */
  | 'too-old'
  /** The node's head is not verified by its execution client, or it is behind its peers. */
  | 'not-synced'
  /** Nothing is known of that block. */
  | 'unknown-block'
  /** Nobody has attested to that. */
  | 'unknown-attestation'
  /** There is no such committee, subcommittee or validator. */
  | 'bad-index'

const statuses: Record<ValidatorApiCode, 400 | 404 | 503> = {
  'too-far-in-future': 400,
  'too-old': 400,
  'not-synced': 503,
  'unknown-block': 404,
  'unknown-attestation': 404,
  'bad-index': 400,
}

/** A validator's question that this node cannot answer. */
export class ValidatorApiError extends BaseError {
  readonly reason: ValidatorApiCode
  /** Of an HTTP answer, by the Beacon API's standard. */
  readonly status: 400 | 404 | 503

  constructor({
    reason,
    message,
    hint,
    facts = {},
  }: {
    reason: ValidatorApiCode
    message: string
    hint: string
    facts?: Record<string, unknown>
  }) {
    super({
      code: `validator-api-${reason}`,
      category: 'runtime',
      shortMessage: message,
      metaMessages: [hint],
      facts,
    })
    this.reason = reason
    this.status = statuses[reason]
  }
}

/** A block that this node could not make. */
export class BlockProductionError extends BaseError {
  constructor({
    slot,
    problem,
    hint,
    facts = {},
    cause,
  }: {
    slot: number
    problem: string
    hint: string
    facts?: Record<string, unknown>
    cause?: unknown
  }) {
    super({
      code: 'block-production',
      category: 'runtime',
      shortMessage: `No block can be made for slot ${slot}: ${problem}.`,
      metaMessages: [hint],
      facts: { slot, ...facts },
      cause,
    })
  }
}
