import type { BeaconChain } from '../chain/beacon-chain.ts'
import { BlockImportError } from '../chain/errors.ts'
import type { Clock } from '../clock/clock.ts'
import type { Root } from '../fork-choice/types.ts'
import { BoundedMap } from '../protocol/bounded-map.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { FailedBlocks } from './gossip-node.ts'

/** Far more than proposers of a network that make invalid blocks could make before these are final. */
const FAILED_MAX = 1024
/** Times that a block is tried again when the execution client gives no answer. */
const RETRIES_MAX = 4
/** Between two tries, in parts of a slot. */
const TRIES_PER_SLOT = 4

/** Imports the blocks that gossip lets pass, each in its slot at the earliest. */
export class BlockImports {
  readonly #chain: BeaconChain
  readonly #clock: Clock
  readonly #failed = new BoundedMap<Root, 'invalid' | 'invalid-payload'>(FAILED_MAX)
  #isRunning = false

  constructor(chain: BeaconChain, clock: Clock) {
    this.#chain = chain
    this.#clock = clock
  }

  /** Blocks that were found invalid, whoever brought them. */
  get failed(): FailedBlocks {
    return this.#failed
  }

  start(): void {
    this.#isRunning = true
    this.#chain.events.on('invalid', this.#onInvalid)
  }

  stop(): void {
    this.#isRunning = false
    this.#chain.events.off('invalid', this.#onInvalid)
  }

  /**
   * A block may arrive a little before its slot by our clock (MAXIMUM_GOSSIP_CLOCK_DISPARITY): it is sent on at
   * once, and imported when its slot starts.
   */
  schedule(block: SignedBlock, retriesLeft = RETRIES_MAX): void {
    const startMs = this.#chain.time.startOfSlotMs(block.slot)
    this.#clock.at(Math.max(this.#clock.nowMs, startMs), () => this.#import(block, retriesLeft))
  }

  async #import(block: SignedBlock, retriesLeft: number): Promise<void> {
    if (!this.#isRunning) return
    try {
      await this.#chain.importBlock(block)
    } catch (error) {
      // What else fails than a block is this node's own failure.
      if (!(error instanceof BlockImportError)) throw error
      const isTemporary = error.reason === 'engine' || error.reason === 'busy'
      if (isTemporary && retriesLeft > 0) this.#retryLater(block, retriesLeft)
    }
  }

  #retryLater(block: SignedBlock, retriesLeft: number): void {
    const delayMs = Math.ceil(this.#chain.time.slotDurationMs / TRIES_PER_SLOT)
    this.#clock.at(this.#clock.nowMs + delayMs, () => this.#import(block, retriesLeft - 1))
  }

  /** Whether the state transition refused it, or only its payload is invalid: then there is a post-state. */
  readonly #onInvalid = ({ block }: { block: SignedBlock }): void => {
    const hasPostState = this.#chain.protocol.postState(block) !== undefined
    this.#failed.set(block.root, hasPostState ? 'invalid-payload' : 'invalid')
  }
}
