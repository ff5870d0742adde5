import { z } from 'zod'

const count = (what: string) =>
  z.int({ error: `${what}, 0 or more` }).nonnegative({ error: `${what}, 0 or more` })
const share = z.number({ error: 'a share from 0 to 1' }).min(0).max(1)

/** How much a checker puts up with. What is not given has a default. */
export const checkBoundsSchema = z.strictObject({
  /** Slots after the end of a cut within which all running nodes share a head. @default four epochs of them */
  headsWithinSlots: count('a number of slots').optional(),
  /** Epochs with 2/3 of the stake connected within which finality advances. @default 8 */
  finalityWithinEpochs: count('a number of epochs').optional(),
  /** Share of the stake whose target votes of an epoch are right. @default 0.8 */
  targetShareMin: share.optional(),
  /** Share of an epoch's slots that may have no block. @default 0.25 */
  missedShareMax: share.optional(),
  /** Heads that may be abandoned in an epoch. @default 2 */
  reorgsPerEpochMax: count('a number of reorgs').optional(),
  /**
   * Epochs after a fault in which participation, missed slots and reorgs are not judged: its effects outlast it.
   * @default 4
   */
  settleEpochs: count('a number of epochs').optional(),
})
export type CheckBounds = z.infer<typeof checkBoundsSchema>

/** Every bound, but for the one whose default depends on the chain. */
export interface WholeBounds {
  readonly headsWithinSlots?: number | undefined
  readonly finalityWithinEpochs: number
  readonly targetShareMin: number
  readonly missedShareMax: number
  readonly reorgsPerEpochMax: number
  readonly settleEpochs: number
}

const defaults: WholeBounds = {
  finalityWithinEpochs: 8,
  targetShareMin: 0.8,
  missedShareMax: 0.25,
  reorgsPerEpochMax: 2,
  settleEpochs: 4,
}

export function wholeBounds(given: CheckBounds): WholeBounds {
  return {
    headsWithinSlots: given.headsWithinSlots,
    finalityWithinEpochs: given.finalityWithinEpochs ?? defaults.finalityWithinEpochs,
    targetShareMin: given.targetShareMin ?? defaults.targetShareMin,
    missedShareMax: given.missedShareMax ?? defaults.missedShareMax,
    reorgsPerEpochMax: given.reorgsPerEpochMax ?? defaults.reorgsPerEpochMax,
    settleEpochs: given.settleEpochs ?? defaults.settleEpochs,
  }
}
