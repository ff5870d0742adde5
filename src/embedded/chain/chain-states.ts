import { BaseError } from '../../errors.ts'
import type { Checkpoint, JustifiedBalances, Root, StateSource } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'

/** The block that a chain starts from, or has finalized, with its post-state. */
export interface PinnedBlock {
  readonly block: SignedBlock
  readonly state: BeaconState
}

/**
 * The blocks that a node holds in memory, and their post-states. The states are shared between nodes, and only
 * recent ones are kept; what was let go is made again from the nearest that is left, at worst the pinned one.
 */
export class ChainStates implements StateSource {
  readonly #protocol: Protocol
  readonly #slotsPerEpoch: number
  readonly #blocks = new Map<Root, SignedBlock>()
  #pinned: PinnedBlock

  constructor(protocol: Protocol, slotsPerEpoch: number, pinned: PinnedBlock) {
    this.#protocol = protocol
    this.#slotsPerEpoch = slotsPerEpoch
    this.#pinned = pinned
    this.#blocks.set(pinned.block.root, pinned.block)
  }

  get pinned(): PinnedBlock {
    return this.#pinned
  }

  block(root: Root): SignedBlock | undefined {
    return this.#blocks.get(root)
  }

  add(block: SignedBlock): void {
    this.#blocks.set(block.root, block)
  }

  delete(root: Root): void {
    if (root !== this.#pinned.block.root) this.#blocks.delete(root)
  }

  /** From here on states are made from this one, which must be a block that is held. */
  pin(pinned: PinnedBlock): void {
    this.#pinned = pinned
  }

  /** Post-state of a block; undefined when it is not held. */
  state(root: Root): BeaconState | undefined {
    const missing: SignedBlock[] = []
    let state: BeaconState | undefined
    for (let next = root; state === undefined; ) {
      const block = this.#blocks.get(next)
      if (block === undefined) return undefined
      state = next === this.#pinned.block.root ? this.#pinned.state : this.#protocol.postState(block)
      if (state === undefined) missing.push(block)
      next = block.parentRoot
    }
    for (const block of missing.reverse()) state = this.#protocol.transition(block, state).postState
    return state
  }

  /** Post-state of a block advanced to a slot; undefined when it is not held, or later than the slot. */
  stateAt(root: Root, slot: number): BeaconState | undefined {
    const state = this.state(root)
    return state === undefined || slot < state.slot ? undefined : this.#protocol.advance(state, slot)
  }

  /** `store.checkpoint_states[checkpoint]`. */
  justifiedBalances({ epoch, root }: Checkpoint): JustifiedBalances {
    const state = this.#require(root)
    const startSlot = epoch * this.#slotsPerEpoch
    return this.#protocol.justifiedBalances(
      state.slot >= startSlot ? state : this.#protocol.advance(state, startSlot),
    )
  }

  *committeeMembers(blockRoot: Root): Iterable<number> {
    const state = this.#require(blockRoot)
    const slot = this.#blocks.get(blockRoot)?.slot ?? state.slot
    const { committees } = state.epochCtx.getShufflingAtSlot(slot)
    for (const committee of committees[slot % this.#slotsPerEpoch] ?? []) yield* committee
  }

  #require(root: Root): BeaconState {
    const state = this.state(root)
    if (state !== undefined) return state
    throw new BaseError({
      code: 'chain-state-missing',
      category: 'runtime',
      shortMessage: `There is no state for block ${root}, although fork choice knows the block.`,
      metaMessages: ['This is a defect: please report it, with the options and the seed of the network.'],
      facts: { root },
    })
  }
}
