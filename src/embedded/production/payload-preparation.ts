import { SLOTS_PER_EPOCH } from '@lodestar/params'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { ChainHead } from '../chain/chain-events.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import type { PayloadAttributes } from '../engine/execution-engine.ts'
import type { Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import { BlockProductionError } from './errors.ts'
import type { FeeRecipients } from './fee-recipients.ts'
import { payloadAttributes } from './payload-attributes.ts'

/** The part of a slot, in 1/10,000, after which the head of the next slot's parent is taken as decided. */
const preparationDueBps = 6667

/** A payload that the execution client has been asked to begin. */
interface Preparation {
  readonly slot: number
  readonly parentRoot: Root
  readonly feeRecipient: Uint8Array
  /** Null when the client did not begin it. */
  readonly payloadId: Promise<string | null>
}

export interface PayloadPreparationParameters {
  readonly chain: BeaconChain
  readonly clock: Clock
  readonly feeRecipients: FeeRecipients
  /** Hears of every payload that is asked for, ahead of time or not. */
  readonly onAttributes?: (event: PayloadRequested) => void
}

export interface PayloadRequested {
  readonly slot: number
  readonly proposerIndex: number
  readonly parentRoot: Root
  readonly attributes: PayloadAttributes
}

/**
 * Has the execution client begin the payload of a block before its slot, when one of this node's validators
 * proposes it: as soon as the parent is known, and at the latest some time before the slot ends, for slots
 * without a block (bellatrix/validator.md, "Preparing an ExecutionPayload").
 */
export class PayloadPreparation {
  readonly #chain: BeaconChain
  readonly #clock: Clock
  readonly #feeRecipients: FeeRecipients
  readonly #onAttributes: (event: PayloadRequested) => void
  readonly #onHead = ({ head }: { head: ChainHead }) => {
    if (head.slot === this.#chain.currentSlot) this.#prepare(head.slot + 1)
  }
  #latest: Preparation | undefined
  #timer: Timer | undefined
  #isRunning = false

  constructor({ chain, clock, feeRecipients, onAttributes = () => {} }: PayloadPreparationParameters) {
    this.#chain = chain
    this.#clock = clock
    this.#feeRecipients = feeRecipients
    this.#onAttributes = onAttributes
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#chain.events.on('head', this.#onHead)
    this.#chain.overridesForkchoiceUpdate = (head) => this.#overrides(head)
    this.#awaitSlot(Math.max(this.#chain.currentSlot, 0))
  }

  stop(): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#chain.events.off('head', this.#onHead)
    this.#chain.overridesForkchoiceUpdate = undefined
    this.#timer?.cancel()
  }

  /**
   * The payload for a block on a parent, begun earlier or now.
   *
   * @param state Post-state of the parent, advanced to the block's slot
   * @throws BlockProductionError when the execution client does not build on that parent
   * @throws EngineUnavailableError
   */
  async payloadId(parentRoot: Root, state: BeaconState, feeRecipient: Uint8Array): Promise<string> {
    const { slot } = state
    const prepared = this.#preparedFor(slot, parentRoot, feeRecipient)
    // One that was asked for too early, or of a client that was not there, is asked for again.
    const payloadId = (await prepared?.payloadId) ?? (await this.#begin(parentRoot, state, feeRecipient))
    if (payloadId !== null) return payloadId
    throw new BlockProductionError({
      slot,
      problem: `the execution client has not validated the parent ${parentRoot}`,
      hint: 'It is behind, or refuses that block: look at its log.',
      facts: { parentRoot },
    })
  }

  /** Forgets a payload that the execution client does not know any more. */
  forget(): void {
    this.#latest = undefined
  }

  #awaitSlot(slot: number): void {
    const { time } = this.#chain
    this.#timer = this.#clock.at(time.dueInSlotMs(slot, preparationDueBps), async () => {
      this.#awaitSlot(Math.max(slot, this.#chain.currentSlot) + 1)
      await this.#prepare(slot + 1)
    })
  }

  /**
   * What it returns never rejects: without an answer the payload is asked for again when it is needed, which
   * tells why. A defect is thrown at once, to the emitter or the clock that called.
   */
  #prepare(slot: number): Promise<unknown> | undefined {
    const { head } = this.#chain
    const proposerIndex = proposerAt(head.state, slot)
    if (proposerIndex === undefined || !this.#feeRecipients.has(proposerIndex)) return undefined
    const parentRoot = this.#overrides(head) ? head.block.parentRoot : head.root
    const feeRecipient = this.#feeRecipients.of(proposerIndex)
    if (this.#preparedFor(slot, parentRoot, feeRecipient) !== undefined) return undefined
    const state = this.#chain.stateAt(parentRoot, slot)
    if (state === undefined) return undefined
    const payloadId = this.#begin(parentRoot, state, feeRecipient).catch(() => null)
    this.#latest = { slot, parentRoot, feeRecipient, payloadId }
    return payloadId
  }

  #preparedFor(slot: number, parentRoot: Root, feeRecipient: Uint8Array): Preparation | undefined {
    const latest = this.#latest
    if (latest?.slot !== slot || latest.parentRoot !== parentRoot) return undefined
    return Buffer.compare(latest.feeRecipient, feeRecipient) === 0 ? latest : undefined
  }

  async #begin(parentRoot: Root, state: BeaconState, feeRecipient: Uint8Array): Promise<string | null> {
    const attributes = payloadAttributes(state, parentRoot, feeRecipient)
    const proposerIndex = state.epochCtx.getBeaconProposer(state.slot)
    this.#onAttributes({ slot: state.slot, proposerIndex, parentRoot, attributes })
    const { payloadId } = await this.#chain.notifyForkchoice({ headRoot: parentRoot, attributes })
    return payloadId
  }

  /** Whether a block of ours is going to replace the head, so that the execution client stays at its parent. */
  #overrides(head: ChainHead): boolean {
    if (this.#feeRecipients.size === 0) return false
    const proposerIndex = proposerAt(head.state, head.slot + 1)
    const proposesNextSlot = proposerIndex !== undefined && this.#feeRecipients.has(proposerIndex)
    return proposesNextSlot && this.#chain.forkChoice.shouldOverrideForkchoiceUpdate({ proposesNextSlot })
  }
}

/** The proposer of a slot in the state's epoch or the next one; undefined for others. */
function proposerAt({ epochCtx }: BeaconState, slot: number): number | undefined {
  const start = epochCtx.epoch * SLOTS_PER_EPOCH
  if (slot < start || slot >= start + 2 * SLOTS_PER_EPOCH) return undefined
  if (slot < start + SLOTS_PER_EPOCH) return epochCtx.getBeaconProposer(slot)
  return epochCtx.getBeaconProposersNextEpoch()[slot % SLOTS_PER_EPOCH]
}
