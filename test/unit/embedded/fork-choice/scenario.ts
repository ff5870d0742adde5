import { ForkChoice } from '../../../../src/embedded/fork-choice/fork-choice.ts'
import type { ForkChoiceOptions } from '../../../../src/embedded/fork-choice/parameters.ts'
import {
  type AttestationSummary,
  type BlockSummary,
  type Checkpoint,
  type JustifiedBalances,
  type Root,
  ZERO_ROOT,
} from '../../../../src/embedded/fork-choice/types.ts'

export const options: ForkChoiceOptions = {
  slotsPerEpoch: 8,
  slotDurationMs: 6000,
  genesisTimeMs: 1_000_000,
  minSeedLookahead: 1,
  fuluForkEpoch: Number.POSITIVE_INFINITY,
}

/** The root of the block of that name; roots sort as their names do. */
export function rootOf(name: string): Root {
  return `0x${Buffer.from(name).toString('hex').padEnd(64, '0')}`
}

export function nameOf(root: Root): string {
  return Buffer.from(root.slice(2), 'hex').toString().replaceAll('\0', '')
}

export function hashOf(name: string): Root {
  return rootOf(`hash of ${name}`)
}

export const genesis: Checkpoint = { epoch: 0, root: rootOf('genesis') }

export interface ScenarioParameters {
  readonly options?: Partial<ForkChoiceOptions>
  /** Active, unslashed validators with 32 ETH each: one committee of 10 a slot by default. */
  readonly validatorCount?: number
  /** Balances of a justified state, where they are not those. */
  readonly balancesAt?: (checkpoint: Checkpoint) => JustifiedBalances
  readonly committeeMembers?: (blockRoot: Root) => Iterable<number>
}

type BlockDetails = Partial<Omit<BlockSummary, 'root' | 'parentRoot'>>

/** A fork choice that is told its story in names and slots. Blocks inherit checkpoints from their parents. */
export class Scenario {
  readonly forkChoice: ForkChoice
  readonly #options: ForkChoiceOptions
  readonly #summaries = new Map<string, BlockSummary>()

  constructor(parameters: ScenarioParameters = {}) {
    const { validatorCount = 80, balancesAt } = parameters
    const increments = new Uint16Array(validatorCount).fill(32)
    const balances = { votingIncrements: increments, effectiveIncrements: increments }
    this.#options = { ...options, ...parameters.options }
    const anchor = {
      slot: 0,
      root: rootOf('genesis'),
      parentRoot: ZERO_ROOT,
      proposerIndex: 0,
      stateSlot: 0,
      executionBlockHash: hashOf('genesis'),
      justifiedCheckpoint: { epoch: 0, root: ZERO_ROOT },
      finalizedCheckpoint: { epoch: 0, root: ZERO_ROOT },
    }
    this.forkChoice = new ForkChoice({
      options: this.#options,
      anchor,
      states: {
        justifiedBalances: balancesAt ?? (() => balances),
        committeeMembers: parameters.committeeMembers ?? (() => []),
      },
    })
  }

  /** Name of the head. */
  get head(): string {
    return nameOf(this.forkChoice.getHead().root)
  }

  /** Name of the block with the proposer boost, or an empty string. */
  get boosted(): string {
    return nameOf(this.forkChoice.proposerBoostRoot)
  }

  /** Lets the time become that of the slot, and of a moment in it. */
  tick(slot: number, timeIntoSlotMs = 0): this {
    const { genesisTimeMs, slotDurationMs } = this.#options
    this.forkChoice.onTick(genesisTimeMs + slot * slotDurationMs + timeIntoSlotMs)
    return this
  }

  /** Imports a block; of the current slot, upon genesis and valid unless `details` say otherwise. */
  block(name: string, parent = 'genesis', details: BlockDetails = {}): this {
    this.forkChoice.onBlock(this.summary(name, parent, details))
    return this
  }

  summary(name: string, parent = 'genesis', details: BlockDetails = {}): BlockSummary {
    const inherited = this.#summaries.get(parent)
    const slot = details.slot ?? this.forkChoice.currentSlot
    const summary: BlockSummary = {
      slot,
      root: rootOf(name),
      parentRoot: rootOf(parent),
      proposerIndex: slot,
      executionBlockHash: hashOf(name),
      executionStatus: 'valid',
      isTimely: this.forkChoice.isTimely(slot),
      justifiedCheckpoint: inherited?.justifiedCheckpoint ?? genesis,
      finalizedCheckpoint: inherited?.finalizedCheckpoint ?? genesis,
      unrealizedJustifiedCheckpoint: inherited?.unrealizedJustifiedCheckpoint ?? genesis,
      unrealizedFinalizedCheckpoint: inherited?.unrealizedFinalizedCheckpoint ?? genesis,
      ...details,
    }
    this.#summaries.set(name, summary)
    return summary
  }

  /** Validators `first` to `first + count - 1` vote for the block, with the target that its chain has. */
  vote(name: string, first: number, count: number, slot = this.forkChoice.currentSlot - 1): this {
    this.forkChoice.onAttestation(this.attestation(name, first, count, slot))
    return this
  }

  attestation(
    name: string,
    first: number,
    count: number,
    slot = this.forkChoice.currentSlot - 1,
  ): AttestationSummary {
    const epoch = Math.floor(slot / this.#options.slotsPerEpoch)
    const root = this.forkChoice.getCheckpointRoot(rootOf(name), epoch) ?? ZERO_ROOT
    return {
      slot,
      blockRoot: rootOf(name),
      target: { epoch, root },
      attestingIndices: Array.from({ length: count }, (_, position) => first + position),
      isFromBlock: false,
    }
  }

  /** Weight of the block in ETH, with the boost. */
  weightEth(name: string): number {
    return Number(this.forkChoice.getWeightGwei(rootOf(name))) / 1e9
  }
}

export function checkpoint(epoch: number, name: string): Checkpoint {
  return { epoch, root: rootOf(name) }
}

/** The state of a block whose chain has justified the checkpoint, and finalized another one. */
export function withCheckpoints(justified: Checkpoint, finalized: Checkpoint = genesis) {
  return {
    justifiedCheckpoint: justified,
    finalizedCheckpoint: finalized,
    unrealizedJustifiedCheckpoint: justified,
    unrealizedFinalizedCheckpoint: finalized,
  }
}

/** The state of a block whose chain would justify the checkpoint if the epoch ended with it. */
export function withUnrealized(justified: Checkpoint, finalized: Checkpoint = genesis) {
  return { unrealizedJustifiedCheckpoint: justified, unrealizedFinalizedCheckpoint: finalized }
}
