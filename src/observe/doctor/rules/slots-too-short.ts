import type { Rule } from '../diagnosis.ts'
import { secondsText } from '../reading/words.ts'

/** Validators vote at a third of the slot, for the block that they have by then (consensus-specs, phase 0). */
const voteAtFraction = 1 / 3
/** Blocks that must be known before anything is said of them. */
const blocksMin = 4

/**
 * The machine does not keep up: blocks are made too late for votes. Each is looked at where it was made, so that
 * slow links do not count.
 */
export const slotsTooShort: Rule = ({ network, chain, latenessMs, machine }) => {
  const typicalMs = median(latenessMs)
  const voteAtMs = voteAtFraction * chain.slotDurationMs
  if (network.time === 'virtual' || latenessMs.length < blocksMin || typicalMs <= voteAtMs) return undefined
  return {
    cause: 'slots-too-short',
    summary: `Slots of ${secondsText(chain.slotDurationMs)} are too short for this machine.`,
    evidence: [
      `Half of the last ${latenessMs.length} blocks were made ${secondsText(typicalMs)} or more after the start of their slot, and votes are due at ${secondsText(voteAtMs)}.`,
      `The machine’s load is ${machine.load.toFixed(1)} on ${machine.cores} cores.`,
    ],
    advice: [
      `Start it with longer slots, e.g. \`eth-localnet up --slot-duration ${(2 * chain.slotDurationMs) / 1000}s\`, or with fewer nodes or validators.`,
      'End what else keeps the machine busy.',
    ],
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
