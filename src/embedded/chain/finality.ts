import { toRootHex } from '@lodestar/utils'
import type { ForkChoice } from '../fork-choice/fork-choice.ts'
import type { Checkpoint, Root } from '../fork-choice/types.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { BlockStore } from './block-store.ts'
import type { ChainStates } from './chain-states.ts'

export interface FinalityParameters {
  readonly protocol: Protocol
  readonly forkChoice: ForkChoice
  readonly states: ChainStates
  readonly store: BlockStore
}

/** Moves what has become final out of memory: into the store, or, if it is of no chain any more, away. */
export class Finality {
  readonly #parts: FinalityParameters
  #finalized: Checkpoint

  constructor(parts: FinalityParameters) {
    this.#parts = parts
    this.#finalized = parts.forkChoice.finalizedCheckpoint
  }

  /**
   * To be called when the finalized checkpoint may have moved.
   * @returns undefined when it has not; otherwise what is final now, and when it is safe in the store
   */
  follow(): { checkpoint: Checkpoint; stateRoot: Root; stored: Promise<void> } | undefined {
    const { forkChoice, states } = this.#parts
    const checkpoint = forkChoice.finalizedCheckpoint
    if (checkpoint.epoch <= this.#finalized.epoch) return undefined
    this.#finalized = checkpoint
    const block = states.block(checkpoint.root)
    const state = states.state(checkpoint.root)
    if (block === undefined || state === undefined) {
      throw new TypeError(`The finalized block ${checkpoint.root} is lost.`)
    }
    const stateRoot = toRootHex(block.value.message.stateRoot)
    return { checkpoint, stateRoot, stored: this.#store(checkpoint, { block, state }) }
  }

  async #store({ epoch }: Checkpoint, finalized: ChainStates['pinned']): Promise<void> {
    const { protocol, forkChoice, states, store } = this.#parts
    const { block, state } = finalized
    const { canonical, orphaned } = forkChoice.prune()
    // Where fork choice still needs a conflicting branch, everything stays until it does not.
    const isPruned = forkChoice.getBlock(states.pinned.block.root) === undefined
    if (!isPruned && block !== states.pinned.block) return
    states.pin(finalized)
    const forgotten = [...canonical, ...orphaned].map(({ root }) => root)
    await store.finalize({
      anchor: {
        epoch,
        slot: block.slot,
        root: block.root,
        fork: block.fork,
        blockBytes: block.bytes,
        stateBytes: protocol.serializeState(state),
      },
      canonical: [...canonical, block].map(({ slot, root }) => ({ slot, root })),
      orphaned: orphaned.map(({ root }) => root),
    })
    for (const root of forgotten) states.delete(root)
  }
}
