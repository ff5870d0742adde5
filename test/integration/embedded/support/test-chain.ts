import { BeaconChain } from '../../../../src/embedded/chain/beacon-chain.ts'
import type { BlockStore } from '../../../../src/embedded/chain/block-store.ts'
import type { ChainAnchor } from '../../../../src/embedded/chain/chain-anchor.ts'
import type { ChainObserver } from '../../../../src/embedded/chain/chain-events.ts'
import { MemoryBlockStore } from '../../../../src/embedded/chain/memory-block-store.ts'
import { openChain } from '../../../../src/embedded/chain/open-chain.ts'
import type { ExecutionEngine, PayloadStatus } from '../../../../src/embedded/engine/execution-engine.ts'
import type { Protocol } from '../../../../src/embedded/protocol/protocol.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import type { ChainBuilder } from './chain-builder.ts'
import { ManualClock } from './manual-clock.ts'

export interface TestChainOptions {
  /** @default one that remembers nothing */
  readonly protocol?: Protocol
  readonly engine?: ExecutionEngine
  readonly store?: BlockStore
  readonly anchor?: ChainAnchor
  readonly observer?: ChainObserver
}

/** A node's chain on genesis, with a clock that the test sets, and what it has told. */
export class TestChain {
  readonly chain: BeaconChain
  readonly clock: ManualClock
  readonly protocol: Protocol
  readonly defects: unknown[] = []
  /** `head 3`, `finalized 2`, … in the order in which it was told; a block by its slot, a checkpoint by its epoch. */
  readonly told: string[] = []

  private constructor(
    protocol: Protocol,
    clock: ManualClock,
    build: (onDefect: (error: unknown) => void) => BeaconChain,
  ) {
    this.protocol = protocol
    this.clock = clock
    this.chain = build((error) => this.defects.push(error))
    const { events } = this.chain
    events.on('block', ({ block }) => this.told.push(`block ${block.slot}`))
    events.on('head', ({ head }) => this.told.push(`head ${head.slot}`))
    events.on('justified', ({ checkpoint }) => this.told.push(`justified ${checkpoint.epoch}`))
    events.on('finalized', ({ checkpoint }) => this.told.push(`finalized ${checkpoint.epoch}`))
    events.on('invalid', ({ block }) => this.told.push(`invalid ${block.slot}`))
  }

  static create(builder: ChainBuilder, options: TestChainOptions = {}): TestChain {
    const { parts, clock, protocol } = partsOf(builder, options)
    const anchor = options.anchor ?? builder.anchorFor(protocol)
    return new TestChain(protocol, clock, (onDefect) => new BeaconChain({ ...parts, anchor, onDefect }))
  }

  /** As a node that starts: from what is in the store. */
  static async open(
    builder: ChainBuilder,
    { slot = 0, ...options }: TestChainOptions & { slot?: number } = {},
  ): Promise<TestChain> {
    const { parts, clock, protocol } = partsOf(builder, options)
    clock.nowMs = builder.time.startOfSlotMs(slot)
    const chain = await openChain({ ...parts, genesis: builder.anchorFor(protocol) })
    return new TestChain(protocol, clock, () => chain)
  }

  /** Imports blocks, made elsewhere, each at the start of its slot or now if that is later. */
  async import(...blocks: readonly SignedBlock[]): Promise<void> {
    for (const block of blocks) {
      await this.clock.advanceTo(this.chain.time.startOfSlotMs(block.slot))
      await this.chain.importBlock(this.own(block))
    }
  }

  /** The block as this chain's protocol knows it. */
  own(block: SignedBlock): SignedBlock {
    return this.protocol.decodeBlock(block.bytes)
  }
}

function partsOf(builder: ChainBuilder, options: TestChainOptions) {
  const protocol = options.protocol ?? builder.newProtocol()
  const clock = new ManualClock(builder.time.genesisTimeMs)
  const { engine = builder.newEngine().engine, store = new MemoryBlockStore(), observer } = options
  return { clock, protocol, parts: { protocol, time: builder.time, clock, engine, store, observer } }
}

/** Says of payloads what the test wants, and notes what it is told. */
export class ScriptedEngine implements ExecutionEngine {
  /** Verdicts by the slot of the block; VALID for others. `undefined`: no answer. */
  readonly verdicts = new Map<number, Partial<PayloadStatus> | undefined>()
  readonly heads: string[] = []
  /** What the next forkchoice updates are answered with. */
  forkchoiceStatus: Partial<PayloadStatus> = {}

  async notifyNewPayload(block: SignedBlock): Promise<PayloadStatus> {
    const verdict = this.verdicts.has(block.slot) ? this.verdicts.get(block.slot) : {}
    if (verdict === undefined) throw new Error('connection refused')
    return { status: 'VALID', latestValidHash: null, validationError: null, ...verdict }
  }

  async notifyForkchoiceUpdated(state: { readonly headBlockHash: string }) {
    this.heads.push(state.headBlockHash)
    const payloadStatus: PayloadStatus = {
      status: 'VALID',
      latestValidHash: null,
      validationError: null,
      ...this.forkchoiceStatus,
    }
    return { payloadStatus, payloadId: null }
  }

  getPayload(): Promise<never> {
    return Promise.reject(new Error('there is no payload'))
  }
}
