import { messageOf } from '../../errors.ts'
import type { ExecutionEngine, PayloadStatus } from '../engine/execution-engine.ts'
import { ForkChoiceError } from '../fork-choice/errors.ts'
import type { ForkChoice } from '../fork-choice/fork-choice.ts'
import type { Root } from '../fork-choice/types.ts'
import { BlockInvalidError } from '../protocol/errors.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { Transition } from '../protocol/transition.ts'
import type { ChainStates } from './chain-states.ts'
import { BlockImportError, importErrorOf } from './errors.ts'
import type { ForkChoiceFeed } from './fork-choice-feed.ts'

export interface ImportedBlock {
  readonly block: SignedBlock
  readonly isOptimistic: boolean
  readonly isTimely: boolean
}

export interface BlockImporterParameters {
  readonly protocol: Protocol
  readonly forkChoice: ForkChoice
  readonly feed: ForkChoiceFeed
  readonly states: ChainStates
  readonly engine: ExecutionEngine
  readonly onImported: (imported: ImportedBlock) => void
  /** A block is invalid; told once of each. */
  readonly onInvalid: (block: SignedBlock, reason: string) => void
  /** The payload of an imported block, and maybe of others before it, was found invalid. */
  readonly onInvalidPayload: (root: Root, latestValidHash: Root | null) => void
}

/** Takes blocks in: judges each by the protocol and the execution client, and hands it to fork choice. */
export class BlockImporter {
  readonly #parts: BlockImporterParameters
  readonly #refused = new WeakSet<SignedBlock>()

  constructor(parts: BlockImporterParameters) {
    this.#parts = parts
  }

  /** @throws BlockImportError */
  async import(block: SignedBlock, isTimely: boolean): Promise<'imported' | 'known'> {
    const { forkChoice, feed, states, onImported } = this.#parts
    feed.tick()
    const known = forkChoice.getBlock(block.root)
    if (known?.executionStatus === 'invalid') {
      throw new BlockImportError(block, 'invalid', 'its payload was found invalid')
    }
    if (known !== undefined) return 'known'
    const transition = this.#transition(block)
    const isOptimistic = (await this.#judgePayload(block)) !== 'VALID'
    feed.tick()
    try {
      feed.addBlock(block, transition, { isOptimistic, isTimely })
    } catch (error) {
      // The time that the execution client took may have made another chain final.
      if (error instanceof ForkChoiceError) throw this.#refusal(block, importErrorOf(block, error))
      throw error
    }
    states.add(block)
    feed.showBlock(block, true)
    onImported({ block, isOptimistic, isTimely })
    return 'imported'
  }

  /** Remembers an imported block as invalid, and tells of it. */
  refuse(block: SignedBlock, reason: string): void {
    if (this.#refused.has(block)) return
    this.#refused.add(block)
    this.#parts.onInvalid(block, reason)
  }

  /** All that can be said of a block without its payload's execution. */
  #transition(block: SignedBlock): Transition {
    const { forkChoice, protocol, states } = this.#parts
    try {
      forkChoice.requireImportable(block)
      const parentState = states.state(block.parentRoot)
      if (parentState !== undefined) return protocol.transition(block, parentState)
    } catch (error) {
      if (error instanceof ForkChoiceError) throw this.#refusal(block, importErrorOf(block, error))
      if (!(error instanceof BlockInvalidError)) throw error
      throw this.#refusal(block, new BlockImportError(block, 'invalid', error.problem, error))
    }
    throw new BlockImportError(block, 'unknown-parent', `there is no state of its parent ${block.parentRoot}`)
  }

  /** `verify_and_notify_new_payload`, and what its answer says of blocks that were imported before. */
  async #judgePayload(block: SignedBlock): Promise<PayloadStatus['status']> {
    const answer = await this.#askEngine(block)
    if (answer.status !== 'INVALID') return answer.status
    if (this.#condemnsAncestors(block, answer.latestValidHash)) {
      this.#parts.onInvalidPayload(block.parentRoot, answer.latestValidHash)
    }
    const problem = `its payload is invalid (${answer.validationError ?? 'no reason was given'})`
    throw this.#refusal(block, new BlockImportError(block, 'invalid', problem))
  }

  async #askEngine(block: SignedBlock): Promise<PayloadStatus> {
    try {
      return await this.#parts.engine.notifyNewPayload(block)
    } catch (cause) {
      const problem = `the execution client gave no answer (${messageOf(cause)})`
      throw new BlockImportError(block, 'engine', problem, cause)
    }
  }

  /**
   * Whether `latestValidHash` makes blocks invalid that were imported before their payloads were judged
   * (bellatrix/optimistic-sync.md). A hash that is not in the chain says nothing of it.
   */
  #condemnsAncestors({ parentRoot }: SignedBlock, latestValidHash: Root | null): boolean {
    const { forkChoice } = this.#parts
    const parent = forkChoice.getBlock(parentRoot)
    if (parent?.executionStatus !== 'optimistic' || parent.executionBlockHash === latestValidHash)
      return false
    for (let ancestor = forkChoice.getBlock(parent.parentRoot); ancestor !== undefined; ) {
      if (ancestor.executionBlockHash === latestValidHash) return true
      ancestor = forkChoice.getBlock(ancestor.parentRoot)
    }
    return false
  }

  #refusal(block: SignedBlock, error: BlockImportError): BlockImportError {
    this.#parts.feed.showBlock(block, false)
    if (error.reason === 'invalid') this.refuse(block, error.shortMessage)
    return error
  }
}
