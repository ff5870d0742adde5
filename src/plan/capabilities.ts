import type { ForkName, LinkKind, TimeKind } from './manifest.ts'

/** What a client can run, as far as the plan must know it. */
export interface ClientCapabilities {
  readonly name: string
  readonly layer: 'execution' | 'consensus'
  readonly forks: readonly ForkName[]
  readonly presets: readonly ('mainnet' | 'minimal')[]
  /** Ways in which it can be connected to its peers, at least one; the one that suits it best comes first. */
  readonly links: readonly LinkKind[]
  readonly times: readonly TimeKind[]
  readonly slotDuration: { readonly minMs: number; readonly multipleOfMs: number }
  readonly slotsPerEpoch: { readonly min: number; readonly max: number }
  /** Defaults that suit the client best; the largest of all chosen clients is taken. */
  readonly defaults: { readonly slotDurationMs: number; readonly slotsPerEpoch: number }
  /**
   * Slot duration below which the client takes blocks that are in time for late ones, and reorgs them: with
   * shorter slots the plan switches late-block reorgs off.
   */
  readonly lateBlockReorgs?: { readonly minSlotDurationMs: number }
  /**
   * Length that the client's Fulu state fixes for proposer_lookahead, where it does not follow the
   * configured epoch length: (MIN_SEED_LOOKAHEAD + 1) * SLOTS_PER_EPOCH must equal it.
   */
  readonly proposerLookaheadLength?: number
}

/** The clients there are, by layer. */
export interface CapabilityRegistry {
  readonly execution: readonly ClientCapabilities[]
  readonly consensus: readonly ClientCapabilities[]
}
