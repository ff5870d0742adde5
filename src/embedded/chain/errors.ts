import { BaseError } from '../../errors.ts'
import type { ForkChoiceError, ForkChoiceReason } from '../fork-choice/errors.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'

export type BlockImportReason =
  /** Its parent is not known: fetch it first. */
  | 'unknown-parent'
  /** It breaks the rules of the chain, or builds on a block that does. */
  | 'invalid'
  /** Its slot has not started. */
  | 'future'
  /** It is not later than the finalized epoch's first slot. */
  | 'finalized'
  /** Its chain leaves out the finalized block. */
  | 'not-descendant'
  /** The execution client did not answer: try again later. */
  | 'engine'
  /** This node has as many blocks waiting, or unfinalized, as it may hold: try again later. */
  | 'busy'

/** A block that a node could not import. Its chain is as it was before. */
export class BlockImportError extends BaseError {
  declare readonly code: `block-import-${BlockImportReason}`
  readonly reason: BlockImportReason

  constructor(block: SignedBlock, reason: BlockImportReason, problem: string, cause?: unknown) {
    const { root, slot, parentRoot, proposerIndex } = block
    super({
      code: `block-import-${reason}`,
      category: 'runtime',
      shortMessage: `Block ${root} of slot ${slot} was not imported: ${problem}.`,
      metaMessages: [remedies[reason]],
      facts: { root, slot, parentRoot, proposerIndex, reason },
      cause,
    })
    this.reason = reason
  }
}

const remedies: Record<BlockImportReason, string> = {
  'unknown-parent': 'Import its parent first.',
  invalid: 'No honest proposer makes such a block: whoever sent it is faulty.',
  future: 'Wait for its slot. If it has started elsewhere, the clocks differ.',
  finalized: 'The chain is final there already.',
  'not-descendant': 'It is of a chain that this node has left for good.',
  engine: 'Look at the execution client, then import it again.',
  busy: 'Wait for the blocks before it, then import it again.',
}

const forkChoiceReasons: Partial<Record<ForkChoiceReason, BlockImportReason>> = {
  'unknown-parent': 'unknown-parent',
  'future-slot': 'future',
  'before-finalized': 'finalized',
  'conflicts-with-finalized': 'not-descendant',
  'limit-reached': 'busy',
}

/** What fork choice's refusal of a block means to whoever wants it imported. */
export function importErrorOf(block: SignedBlock, error: ForkChoiceError): BlockImportError {
  const reason = forkChoiceReasons[error.reason] ?? 'invalid'
  return new BlockImportError(block, reason, error.shortMessage.replace(/\.$/, ''), error)
}
