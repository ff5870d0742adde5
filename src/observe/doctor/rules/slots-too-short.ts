import type { Rule } from '../diagnosis.ts'
import type { Evidence } from '../evidence.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { heldBy } from '../reading/stake.ts'
import { percent, secondsText } from '../reading/words.ts'

/** Validators vote at a third of the slot, for the block that they have by then (consensus-specs, phase 0). */
const voteAtFraction = 1 / 3
/** Slots that must be known before anything is said of them. */
const slotsMin = 8
const missedShareMax = 0.25
/** Processes for each core from which on a machine has no time left. */
const loadPerCoreMax = 1

/** The machine does not keep up: blocks come too late, or not at all, though everybody is there. */
export const slotsTooShort: Rule = (evidence) => {
  if (evidence.network.time === 'virtual' || answeringNodes(evidence).length === 0) return undefined
  const { slotDurationMs } = evidence.chain
  const lateness = evidence.blocks.flatMap((block) => block.latenessMs)
  const typicalMs = median(lateness)
  const isLate = lateness.length >= slotsMin && typicalMs > voteAtFraction * slotDurationMs
  const missed = missedShare(evidence)
  const { load, cores } = evidence.machine
  const isBusy = load / cores > loadPerCoreMax
  if (!isLate && !(missed > missedShareMax && isBusy)) return undefined
  return {
    cause: 'slots-too-short',
    summary: `Slots of ${secondsText(slotDurationMs)} are too short for this machine.`,
    evidence: [
      ...(lateness.length > 0
        ? [
            `Blocks arrive ${secondsText(typicalMs)} after the start of their slot, and votes are due at ${secondsText(voteAtFraction * slotDurationMs)}.`,
          ]
        : []),
      ...(missed > 0 ? [`${percent(missed)} of the latest slots whose proposers run have no block.`] : []),
      `The machine’s load is ${load.toFixed(1)} on ${cores} cores.`,
    ],
    advice: [
      `Start it with longer slots, e.g. \`eth-localnet up --slot-duration ${(2 * slotDurationMs) / 1000}s\`, or with fewer nodes or validators.`,
      'End what else keeps the machine busy.',
    ],
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Share of the latest slots without a block. Who was to propose is not known, so absent stake is subtracted. */
function missedShare(evidence: Evidence): number {
  const { blocks, slots, chain } = evidence
  const [first] = blocks
  if (first === undefined) return 0
  // The present slot's block may still come.
  const span = slots.first - first.slot
  if (span < slotsMin) return 0
  const filled = new Set(blocks.map(({ slot }) => slot).filter((slot) => slot < slots.first)).size
  const present = new Set(answeringNodes(evidence).flatMap(heldBy)).size / Math.max(1, chain.validatorCount)
  return Math.max(0, 1 - filled / span / Math.max(present, 0.01))
}
