import type { Rule } from '../diagnosis.ts'
import type { Evidence } from '../evidence.ts'
import { overdueFinality } from '../reading/finality.ts'
import { answeringNodes, currentEpoch } from '../reading/nodes.ts'
import { silentValidators } from '../reading/votes.ts'
import { capitalized, validatorsText } from '../reading/words.ts'

/** The chain stands still, or is not finalized, and no other rule says why. */
export const finalityStalled: Rule = (evidence) => {
  const nodes = answeringNodes(evidence)
  const overdue = nodes.flatMap((node) => {
    const text = overdueFinality(node, evidence)
    return text === undefined ? [] : [text]
  })
  const newest = Math.max(...nodes.map(({ consensus }) => consensus.syncing?.headSlot ?? 0))
  const slotsWithoutBlock = evidence.slots.first - newest
  const isStill = nodes.length > 0 && slotsWithoutBlock > evidence.chain.slotsPerEpoch
  if (overdue.length === 0 && !isStill) return undefined
  const silent = silentValidators(evidence)
  return {
    cause: 'finality-stalled',
    summary: summaryOf(evidence, isStill ? slotsWithoutBlock : undefined),
    evidence: [
      ...(isStill ? [`The newest block on any node is that of slot ${newest}.`] : []),
      ...overdue,
      ...(silent !== undefined && silent.indices.length > 0
        ? [`${capitalized(validatorsText(silent.indices))} did not vote in epoch ${silent.epoch}.`]
        : []),
    ],
    advice: [
      'Finality takes up to three epochs to return after a fault: look again then.',
      'See what the clients say: `eth-localnet logs`.',
    ],
  }
}

function summaryOf(evidence: Evidence, slotsWithoutBlock: number | undefined): string {
  if (slotsWithoutBlock !== undefined) return `No node has had a block for ${slotsWithoutBlock} slots.`
  const justified = Math.min(
    ...answeringNodes(evidence).map(({ consensus }) => consensus.finality?.justifiedEpoch ?? 0),
  )
  // An epoch is final once the next one is justified as well.
  if (justified >= currentEpoch(evidence) - 2) {
    return `Finality is late, but on its way: epoch ${justified} is justified on every node.`
  }
  return 'The chain is not being finalized, and nothing that was looked at says why.'
}
