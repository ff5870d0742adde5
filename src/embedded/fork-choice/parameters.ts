import { ForkChoiceError } from './errors.ts'

/** Values of the network, which have no default. */
export interface NetworkParameters {
  /** Unix time. */
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
  /** MIN_SEED_LOOKAHEAD, epochs. */
  readonly minSeedLookahead: number
  /** FULU_FORK_EPOCH, or Infinity: from it on, proposers may re-org across an epoch boundary (EIP-7917). */
  readonly fuluForkEpoch: number
}

/** Values that the specification fixes, and our own bounds. */
export interface ForkChoiceDefaults {
  /** PROPOSER_SCORE_BOOST, percent of a slot's committee weight. */
  readonly proposerScoreBoost: number
  /** REORG_HEAD_WEIGHT_THRESHOLD, percent of a slot's committee weight. */
  readonly reorgHeadWeightThreshold: number
  /** REORG_PARENT_WEIGHT_THRESHOLD, percent of a slot's committee weight. */
  readonly reorgParentWeightThreshold: number
  readonly reorgMaxEpochsSinceFinalization: number
  /** ATTESTATION_DUE_BPS: a block is timely before this part of its slot, in 1/10,000 of a slot. */
  readonly attestationDueBps: number
  /** PROPOSER_REORG_CUTOFF_BPS: a proposer may re-org up to this part of its slot, in 1/10,000 of a slot. */
  readonly proposerReorgCutoffBps: number
  /** Most blocks kept between prunings: reached only when the chain has not finalized for very long. */
  readonly maxBlocks: number
  /** Validator indices from here on are refused. */
  readonly maxValidators: number
  /** Most attestations that wait for their slot to pass. */
  readonly maxQueuedAttestations: number
}

export const forkChoiceDefaults: ForkChoiceDefaults = {
  proposerScoreBoost: 40,
  reorgHeadWeightThreshold: 20,
  reorgParentWeightThreshold: 160,
  reorgMaxEpochsSinceFinalization: 2,
  attestationDueBps: 3333,
  proposerReorgCutoffBps: 1667,
  maxBlocks: 262_144,
  maxValidators: 1_048_576,
  maxQueuedAttestations: 16_384,
}

export type ForkChoiceOptions = NetworkParameters & Partial<ForkChoiceDefaults>
export type ForkChoiceParameters = NetworkParameters & ForkChoiceDefaults

const positive: readonly (keyof ForkChoiceParameters)[] = [
  'slotDurationMs',
  'slotsPerEpoch',
  'maxBlocks',
  'maxValidators',
]

/**
 * Fills in the specification's values.
 * @throws ForkChoiceError `invalid-option` when a value is not a whole number, or too small.
 */
export function resolveParameters(options: ForkChoiceOptions): ForkChoiceParameters {
  const parameters: ForkChoiceParameters = { ...forkChoiceDefaults, ...options }
  for (const [field, value] of Object.entries(parameters)) {
    const lowest = positive.some((name) => name === field) ? 1 : 0
    const isNever = field === 'fuluForkEpoch' && value === Number.POSITIVE_INFINITY
    if (isNever || (Number.isSafeInteger(value) && value >= lowest)) continue
    throw new ForkChoiceError({
      reason: 'invalid-option',
      message: `Fork choice cannot run with ${field} ${String(value)}.`,
      hints: [`Give a whole number, ${lowest} or more.`],
      facts: { field, value },
    })
  }
  return parameters
}
