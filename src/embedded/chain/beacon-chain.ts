import type { EventEmitter } from 'node:events'
import type { AttesterSlashing } from '@lodestar/types'
import type { Clock, Timer } from '../clock/clock.ts'
import { holdTime } from '../clock/hold-time.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import type { ExecutionEngine, PayloadAttributes, PayloadStatus } from '../engine/execution-engine.ts'
import { ForkChoiceError } from '../fork-choice/errors.ts'
import { ForkChoice } from '../fork-choice/fork-choice.ts'
import { type Checkpoint, type Root, ZERO_ROOT } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { BlockImporter, type ImportedBlock } from './block-importer.ts'
import type { BlockStore } from './block-store.ts'
import { anchorSummary, type ChainAnchor, type ChainGenesis, genesisOf } from './chain-anchor.ts'
import type { AttestationForForkChoice, ChainEvents, ChainHead, ChainObserver } from './chain-events.ts'
import { ChainStates } from './chain-states.ts'
import { EngineFollower, type ForkchoiceAnswer, type ForkchoiceNotice } from './engine-follower.ts'
import { BlockImportError } from './errors.ts'
import { Finality } from './finality.ts'
import { ForkChoiceFeed } from './fork-choice-feed.ts'
import { forkChoiceOptions } from './fork-choice-options.ts'
import { reorgBetween } from './head-change.ts'
import { PendingWrites } from './pending-writes.ts'
import { SafeEmitter } from './safe-emitter.ts'

/** Blocks that may wait for their import at once: more than the longest answer to a request has. */
const IMPORTS_MAX = 1024

export interface BeaconChainParameters {
  readonly protocol: Protocol
  readonly time: SlotTime
  readonly clock: Clock
  readonly engine: ExecutionEngine
  /** It holds the anchor: see `openChain`. */
  readonly store: BlockStore
  readonly anchor: ChainAnchor
  /** @default the anchor's own roots, which is right when it is genesis */
  readonly genesis?: Pick<ChainGenesis, 'root' | 'stateRoot'> | undefined
  readonly observer?: ChainObserver | undefined
  /**
   * Hears of what listeners and the observer throw, and of writes that failed. The chain goes on.
   * @default throws it where nobody can catch it
   */
  readonly onDefect?: ((error: unknown) => void) | undefined
}

/**
 * One node's view of the chain: the blocks it has received, what its fork choice makes of them, and its head.
 * Blocks are imported one after the other; everything else is synchronous. It asks nobody for anything: blocks
 * and votes are brought by gossip, sync and the node's own validators.
 */
export class BeaconChain {
  readonly protocol: Protocol
  readonly time: SlotTime
  readonly forkChoice: ForkChoice
  readonly genesis: ChainGenesis
  /**
   * Whether the execution client is not to be told of this head, as a block of ours is going to replace it
   * (`should_override_forkchoice_update`). Set by block production.
   */
  overridesForkchoiceUpdate: ((head: ChainHead) => boolean) | undefined
  readonly #clock: Clock
  readonly #store: BlockStore
  readonly #states: ChainStates
  readonly #feed: ForkChoiceFeed
  readonly #importer: BlockImporter
  readonly #follower: EngineFollower
  readonly #finality: Finality
  readonly #events: SafeEmitter<ChainEvents>
  readonly #finalizing: PendingWrites
  readonly #putting: PendingWrites
  readonly #importing = new Map<SignedBlock, Promise<'imported' | 'known'>>()
  #imports: Promise<unknown> = Promise.resolve()
  #head: ChainHead
  #justified: Checkpoint
  #timer: Timer | undefined

  constructor(parameters: BeaconChainParameters) {
    const { protocol, time, clock, engine, store, anchor, observer = {} } = parameters
    const onDefect = parameters.onDefect ?? throwLater
    const states = new ChainStates(protocol, time.slotsPerEpoch, anchor)
    const summary = anchorSummary(anchor, time.slotsPerEpoch)
    const options = forkChoiceOptions(protocol.config, time)
    const forkChoice = new ForkChoice({ options, anchor: summary, states })
    const startMs = time.startOfSlotMs(summary.stateSlot)
    const feed = new ForkChoiceFeed({ clock, forkChoice, observer, startMs, onDefect })
    this.protocol = protocol
    this.time = time
    this.forkChoice = forkChoice
    this.genesis = genesisOf(parameters)
    this.#clock = clock
    this.#store = store
    this.#states = states
    this.#feed = feed
    // Writes that fail are a defect of the machine: the chain goes on, and can be synced again.
    this.#finalizing = new PendingWrites(onDefect)
    this.#putting = new PendingWrites(onDefect)
    this.#events = new SafeEmitter(onDefect)
    this.#follower = new EngineFollower(engine, (root, status) => this.#onPayloadStatus(root, status))
    this.#finality = new Finality({ protocol, forkChoice, states, store })
    this.#importer = new BlockImporter({
      protocol,
      forkChoice,
      feed,
      states,
      engine,
      onImported: (imported) => this.#onImported(imported),
      onInvalid: (block, reason) => this.#events.tell('invalid', { block, reason }),
      onInvalidPayload: (root, latestValidHash) => this.#onInvalidPayload(root, latestValidHash),
    })
    this.#justified = forkChoice.justifiedCheckpoint
    this.#head = this.#headAt(summary.root)
    observer.onOpen?.(this, anchor)
  }

  get events(): EventEmitter<ChainEvents> {
    return this.#events
  }

  /** By the clock, which may be ahead of what fork choice has been told; negative before genesis. */
  get currentSlot(): number {
    return this.time.slotAt(this.#clock.nowMs)
  }

  /** The head of the last update. */
  get head(): ChainHead {
    return this.#head
  }

  /** Attestations that fork choice has refused, from gossip and from blocks. */
  get refusedAttestations(): number {
    return this.#feed.refusedAttestations
  }

  /** Begins to follow time: from now on fork choice and the head are brought up to date at each slot. */
  start(): void {
    if (this.#timer !== undefined) return
    this.updateHead()
    this.#awaitSlot(Math.max(0, this.currentSlot + 1))
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#feed.stop()
  }

  #awaitSlot(slot: number): void {
    this.#timer = this.#clock.at(this.time.startOfSlotMs(slot), () => {
      this.#awaitSlot(Math.max(slot, this.currentSlot) + 1)
      this.#follower.retry()
      this.updateHead()
      return this.#told()
    })
  }

  /** Resolves when the execution client and the store have done what follows from all that came before. */
  async settled(): Promise<void> {
    await this.#told()
    await this.#putting.settled()
  }

  /**
   * Resolves when all that follows has been told. Blocks that are not final go to the store meanwhile: nothing
   * depends on them but a new start, and while a slow disk keeps many waiting, nothing more is taken.
   */
  async #told(): Promise<void> {
    await this.#follower.settled()
    await this.#finalizing.settled()
    await this.#putting.bounded()
  }

  /** Brings fork choice to the present time and finds the head. What follows from a new one is told at once. */
  updateHead(): ChainHead {
    this.#feed.tick()
    this.#followHead()
    this.#followJustified()
    this.#followFinalized()
    const isOverridden = this.overridesForkchoiceUpdate?.(this.#head) ?? false
    if (!isOverridden) this.#follower.follow(this.#notice(this.#head.root))
    return this.#head
  }

  #followHead(): void {
    const previous = this.#head
    const root = this.#findHead()
    const isOptimistic = this.forkChoice.getBlock(root)?.executionStatus === 'optimistic'
    if (root === previous.root && isOptimistic === previous.isOptimistic) return
    const head = this.#headAt(root)
    this.#head = head
    if (root === previous.root) return
    const isEpochTransition = this.time.epochOf(head.slot) > this.time.epochOf(previous.slot)
    const reorg = reorgBetween(this.forkChoice, previous, head)
    this.#events.tell('head', { head, previous, isEpochTransition, ...(reorg && { reorg }) })
  }

  #findHead(): Root {
    try {
      return this.forkChoice.getHead().root
    } catch (error) {
      // With the justified block's payload invalid there is no head to move to: stay until a chain brings one.
      if (error instanceof ForkChoiceError && error.reason === 'no-head') return this.#head.root
      throw error
    }
  }

  #followJustified(): void {
    const checkpoint = this.forkChoice.justifiedCheckpoint
    if (checkpoint.epoch <= this.#justified.epoch) return
    this.#justified = checkpoint
    this.#events.tell('justified', { checkpoint })
  }

  #followFinalized(): void {
    const finalized = this.#finality.follow()
    if (finalized === undefined) return
    const { checkpoint, stateRoot, stored } = finalized
    this.#finalizing.add(stored.then(() => this.#events.tell('finalized', { checkpoint, stateRoot })))
  }

  #headAt(root: Root): ChainHead {
    const known = this.forkChoice.getBlock(root)
    const block = this.#states.block(root)
    const state = this.#states.state(root)
    if (known === undefined || block === undefined || state === undefined) {
      throw new TypeError(`The head ${root} is lost.`)
    }
    const { slot, executionStatus, executionBlockHash } = known
    return { root, slot, block, state, isOptimistic: executionStatus === 'optimistic', executionBlockHash }
  }

  /**
   * Tells the execution client of a head, by default the present one, and asks it for a payload on it when there
   * are attributes.
   * @throws EngineUnavailableError
   */
  notifyForkchoice(
    request: { headRoot?: Root; attributes?: PayloadAttributes } = {},
  ): Promise<ForkchoiceAnswer> {
    return this.#follower.notify(this.#notice(request.headRoot ?? this.#head.root), request.attributes)
  }

  #notice(headRoot: Root): ForkchoiceNotice {
    return {
      headRoot,
      state: {
        headBlockHash: this.forkChoice.getBlock(headRoot)?.executionBlockHash ?? ZERO_ROOT,
        safeBlockHash: this.#checkpointHash(this.forkChoice.justifiedCheckpoint),
        finalizedBlockHash: this.#checkpointHash(this.forkChoice.finalizedCheckpoint),
      },
    }
  }

  /** `get_safe_execution_block_hash`: all zeroes while it is the genesis block, which has no payload. */
  #checkpointHash({ root }: Checkpoint): Root {
    return this.#states.block(root)?.executionBlockHash ?? ZERO_ROOT
  }

  /**
   * Verifies everything in a block, asks the execution client, and hands it to fork choice and the store.
   * @throws BlockImportError
   */
  importBlock(block: SignedBlock): Promise<'imported' | 'known'> {
    const running = this.#importing.get(block)
    if (running !== undefined) return running
    if (this.#importing.size >= IMPORTS_MAX) {
      return Promise.reject(new BlockImportError(block, 'busy', `${IMPORTS_MAX} blocks wait before it`))
    }
    // Whether it came in time is a matter of when it came, not of when it is its turn.
    this.#feed.tick()
    const isTimely = this.forkChoice.isTimely(block.slot)
    const result = this.#imports.then(() => this.#importer.import(block, isTimely))
    this.#imports = result.catch(() => undefined)
    const settled = result.finally(() => this.#told()).finally(() => this.#importing.delete(block))
    this.#importing.set(block, settled)
    return holdTime(this.#clock, settled)
  }

  #onImported(imported: ImportedBlock): void {
    this.#putting.add(this.#store.putBlock(imported.block))
    this.#events.tell('block', imported)
    this.updateHead()
  }

  #onPayloadStatus(headRoot: Root, { status, latestValidHash }: PayloadStatus): void {
    if (this.forkChoice.getBlock(headRoot)?.executionStatus !== 'optimistic') return
    if (status === 'INVALID') this.#onInvalidPayload(headRoot, latestValidHash)
    if (status !== 'VALID') return
    this.forkChoice.onValidPayload(headRoot)
    this.updateHead()
  }

  #onInvalidPayload(root: Root, latestValidHash: Root | null): void {
    for (const invalidRoot of this.forkChoice.onInvalidPayload(root, latestValidHash)) {
      const block = this.#states.block(invalidRoot)
      if (block !== undefined) this.#importer.refuse(block, `The payload of block ${invalidRoot} is invalid.`)
    }
    this.updateHead()
  }

  /** A vote from gossip, verified. What fork choice refuses is counted and otherwise left alone. */
  importAttestation(attestation: AttestationForForkChoice): void {
    this.#feed.tick()
    this.#feed.addAttestation(attestation)
  }

  /** An attester slashing from gossip, verified. @param indices those who signed both attestations */
  importAttesterSlashing(slashing: AttesterSlashing, indices: readonly number[]): void {
    this.#feed.tick()
    this.#feed.addAttesterSlashing(slashing, indices)
  }

  /** Post-state of a block not older than the finalized one. */
  state(blockRoot: Root): BeaconState | undefined {
    return this.#states.state(blockRoot)
  }

  /** Post-state of a block advanced to a slot; undefined for an unknown block, and for a slot before its own. */
  stateAt(blockRoot: Root, slot: number): BeaconState | undefined {
    return this.#states.stateAt(blockRoot, slot)
  }

  /** A block not older than the finalized one. */
  block(root: Root): SignedBlock | undefined {
    return this.#states.block(root)
  }

  /** Any block, also one that was finalized long ago. */
  async loadBlock(root: Root): Promise<SignedBlock | undefined> {
    const held = this.#states.block(root)
    if (held !== undefined) return held
    const bytes = await holdTime(this.#clock, this.#store.getBlock(root))
    return bytes && this.protocol.decodeBlock(bytes)
  }

  /** The canonical block of exactly this slot: undefined where it is empty, or later than the head. */
  canonicalRoot(slot: number): Root | undefined | Promise<Root | undefined> {
    if (slot > this.#head.slot || slot < 0) return undefined
    const ancestor = this.forkChoice.getAncestor(this.#head.root, slot)
    if (ancestor === undefined) return holdTime(this.#clock, this.#store.getFinalizedRoot(slot))
    return ancestor.slot === slot ? ancestor.root : undefined
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
