import type { Rule } from '../diagnosis.ts'
import type { Evidence, NodeEvidence } from '../evidence.ts'
import { isFinalityOverdue } from '../reading/finality.ts'
import { answeringNodes, currentEpoch } from '../reading/nodes.ts'
import { silentValidators } from '../reading/votes.ts'
import { capitalized, namesOf, validatorsText } from '../reading/words.ts'

/** Epochs after a fault in which finality may still be missing because of it. */
const returnEpochs = 4

/** The chain stands still, or is not finalized, and no other rule says why. */
export const finalityStalled: Rule = (evidence) => {
  const nodes = answeringNodes(evidence)
  const overdue = nodes.filter((node) => isFinalityOverdue(node, evidence))
  const newest = Math.max(...nodes.map(({ consensus }) => consensus.syncing?.headSlot ?? 0))
  const slotsWithoutBlock = evidence.slots.first - newest
  const isStill = nodes.length > 0 && slotsWithoutBlock > evidence.chain.slotsPerEpoch
  if (overdue.length === 0 && !isStill) return undefined
  const silent = silentValidators(evidence)
  const past = pastFaultSlots(evidence)
  return {
    cause: 'finality-stalled',
    summary: summaryOf(evidence, { slotsWithoutBlock: isStill ? slotsWithoutBlock : undefined, past }),
    // Not in the summary, which is also shown after those of other causes.
    evidence: [
      'No other cause was found in what was looked at.',
      ...(isStill ? [`The newest block on any node is that of slot ${newest}.`] : []),
      ...checkpointTexts(overdue, currentEpoch(evidence)),
      ...(past === undefined
        ? []
        : [`Until ${past} slots ago was in force: ${evidence.pastFault?.description}.`]),
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

function summaryOf(
  evidence: Evidence,
  { slotsWithoutBlock, past }: { slotsWithoutBlock: number | undefined; past: number | undefined },
): string {
  if (slotsWithoutBlock !== undefined) return `No node has had a block for ${slotsWithoutBlock} slots.`
  const justified = Math.min(
    ...answeringNodes(evidence).map(({ consensus }) => consensus.finality?.justifiedEpoch ?? 0),
  )
  // An epoch is final once the next one is justified as well.
  if (justified >= currentEpoch(evidence) - 2) {
    return `Finality is late, but on its way: epoch ${justified} is justified on every node.`
  }
  if (past !== undefined) return `Finality is not back yet after a fault that ended ${past} slots ago.`
  return 'The chain is not being finalized.'
}

/** Slots since the last fault ended, while it may still be felt. */
function pastFaultSlots({ pastFault, nowMs, chain, faults }: Evidence): number | undefined {
  if (pastFault === undefined || faults.length > 0) return undefined
  const slots = Math.floor((nowMs - pastFault.endedMs) / chain.slotDurationMs)
  return slots <= returnEpochs * chain.slotsPerEpoch ? slots : undefined
}

/** Nodes that say the same are named together. */
function checkpointTexts(nodes: readonly NodeEvidence[], epoch: number): string[] {
  const groups = new Map<string, NodeEvidence[]>()
  for (const node of nodes) {
    const { justifiedEpoch, finalizedEpoch } = node.consensus.finality ?? {}
    const text = `epoch ${justifiedEpoch} is justified and epoch ${finalizedEpoch} finalized`
    groups.set(text, [...(groups.get(text) ?? []), node])
  }
  return [...groups].map(([text, group]) => `In epoch ${epoch}, ${text} on ${namesOf(group)}.`)
}
