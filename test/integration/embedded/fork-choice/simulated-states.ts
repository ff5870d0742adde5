import type { JustifiedBalances } from '../../../../src/embedded/fork-choice/types.ts'
import * as spec from './reference.ts'

export interface SimulatedValidator {
  readonly increments: number
  readonly isActive: boolean
  readonly slashed: boolean
}

/** Free choices for a block's post-state. */
export interface StateChoices {
  readonly checkpoints: readonly [number, number]
  readonly committee: readonly number[]
}

const none: spec.Checkpoint = { epoch: 0, root: spec.EMPTY_ROOT }
const noCheckpoints = { currentJustifiedCheckpoint: none, finalizedCheckpoint: none }

export const genesisState: spec.ReferenceState = { ...noCheckpoints, pulledUp: noCheckpoints, committee: [] }

/** A post-state whose checkpoints are any of the block's chain, in no order: no state transition makes it. */
export function wildState(
  store: spec.Store,
  block: spec.ReferenceBlock,
  { checkpoints: [first, second], committee }: StateChoices,
): spec.ReferenceState {
  const epoch = epochOf(store, block)
  const { parentRoot } = block
  return {
    currentJustifiedCheckpoint: checkpointOf(store, parentRoot, epoch - (first % 4)),
    finalizedCheckpoint: checkpointOf(store, parentRoot, epoch - (second % 5)),
    pulledUp: {
      currentJustifiedCheckpoint: checkpointOf(store, parentRoot, epoch - (second % 3)),
      finalizedCheckpoint: checkpointOf(store, parentRoot, epoch - (first % 5)),
    },
    committee,
  }
}

/** A post-state whose checkpoints move as `process_justification_and_finalization` moves them. */
export function plausibleState(
  store: spec.Store,
  block: spec.ReferenceBlock,
  { checkpoints: [first], committee }: StateChoices,
): spec.ReferenceState {
  const parent = store.blocks.get(block.parentRoot)
  const parentState = store.blockStates.get(block.parentRoot)
  if (parent === undefined || parentState === undefined) return { ...genesisState, committee }

  const epoch = epochOf(store, block)
  const isNewEpoch = epoch > epochOf(store, parent)
  const realized = isNewEpoch ? parentState.pulledUp : parentState
  const { currentJustifiedCheckpoint: justified, finalizedCheckpoint: finalized } = realized
  const { pulledUp } = parentState
  // Two in three blocks see enough votes: of their own epoch if they are in its second half.
  const justifiableEpoch = block.slot % store.config.slotsPerEpoch >= 2 ? epoch : epoch - 1
  const isJustifying = first % 3 !== 0 && justifiableEpoch > pulledUp.currentJustifiedCheckpoint.epoch
  const isFinalizing = isJustifying && justified.epoch + 1 === justifiableEpoch
  return {
    currentJustifiedCheckpoint: justified,
    finalizedCheckpoint: finalized,
    pulledUp: {
      currentJustifiedCheckpoint: isJustifying
        ? checkpointOf(store, block.parentRoot, justifiableEpoch)
        : pulledUp.currentJustifiedCheckpoint,
      finalizedCheckpoint: isFinalizing ? justified : pulledUp.finalizedCheckpoint,
    },
    committee,
  }
}

/** Balances, activity and slashings differ from one justified state to the next. */
export function validatorsAt(
  { epoch }: spec.Checkpoint,
  validators: readonly SimulatedValidator[],
): spec.ReferenceValidator[] {
  return validators.map(({ increments, isActive, slashed }, index) => ({
    effectiveBalanceGwei: BigInt((increments + epoch * index) % 2049) * 1_000_000_000n,
    isActive: isActive || (epoch + index) % 3 === 0,
    slashed: slashed && (epoch + index) % 2 === 0,
  }))
}

/** The same as our fork choice wants it. */
export function balancesAt(
  checkpoint: spec.Checkpoint,
  simulated: readonly SimulatedValidator[],
): JustifiedBalances {
  const validators = validatorsAt(checkpoint, simulated)
  const increments = validators.map((validator) => Number(validator.effectiveBalanceGwei / 1_000_000_000n))
  return {
    effectiveIncrements: Uint16Array.from(increments),
    votingIncrements: Uint16Array.from(increments, (value, index) => {
      const validator = validators[index]
      return validator?.isActive && !validator.slashed ? value : 0
    }),
  }
}

function epochOf(store: spec.Store, { slot }: spec.ReferenceBlock): number {
  return Math.floor(slot / store.config.slotsPerEpoch)
}

function checkpointOf(store: spec.Store, parentRoot: string, epoch: number): spec.Checkpoint {
  if (epoch <= 0 || !store.blocks.has(parentRoot)) return none
  return { epoch, root: spec.getCheckpointBlock(store, parentRoot, epoch) }
}
