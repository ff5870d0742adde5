import { BaseError } from '../../errors.ts'
import type { SignedBlock } from './signed-block.ts'

/** Bytes, or a value, that are no signed beacon block of a fork that an embedded node can run. */
export class BlockMalformedError extends BaseError {
  constructor({
    problem,
    facts = {},
    cause,
  }: {
    problem: string
    facts?: Record<string, unknown>
    cause?: unknown
  }) {
    super({
      code: 'block-malformed',
      category: 'runtime',
      shortMessage: `This is not a signed beacon block: ${problem}.`,
      metaMessages: ['Whoever sent it does not follow the protocol, or is of another network.'],
      facts,
      cause,
    })
  }
}

/** Why the state transition refuses a block. */
export type BlockInvalidReason =
  /** One of the signatures in it is wrong. */
  | 'signature'
  /** Its state root is not that of its post-state. */
  | 'state-root'
  /** Anything else that the state transition asserts. */
  | 'state-transition'

/** A block that the state transition refuses. It is always refused for the same reason. */
export class BlockInvalidError extends BaseError {
  readonly reason: BlockInvalidReason
  /** What is wrong with it, as the rest of a sentence. */
  readonly problem: string

  constructor(block: SignedBlock, reason: BlockInvalidReason, problem: string, cause?: unknown) {
    const { root, slot, proposerIndex, fork } = block
    super({
      code: 'block-invalid',
      category: 'runtime',
      shortMessage: `Block ${root} of slot ${slot} by validator ${proposerIndex} is invalid: ${problem}.`,
      metaMessages: ['No honest proposer makes such a block. The head stays where it is.'],
      facts: { root, slot, proposerIndex, fork, reason, problem },
      cause,
    })
    this.reason = reason
    this.problem = problem
  }
}
