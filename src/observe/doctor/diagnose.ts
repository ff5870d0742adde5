import type { Diagnosis, Finding } from './diagnosis.ts'
import type { Evidence, NodeEvidence } from './evidence.ts'
import { areConnected } from './reading/groups.ts'
import { answeringNodes, currentEpoch } from './reading/nodes.ts'
import { activeStake, heldBy, offlineValidators } from './reading/stake.ts'
import { percent } from './reading/words.ts'
import { allRules } from './rules/all-rules.ts'

/** Says what is wrong, from evidence alone: the deepest cause that applies, and which others do. Pure. */
export function diagnose(evidence: Evidence): Diagnosis {
  const findings = allRules.flatMap((rule) => rule(evidence) ?? [])
  const [first, ...others] = findings
  return first === undefined ? healthy(evidence) : unhealthy(first, others)
}

/** Lines of evidence that a person is shown: the first ones are nearest to the cause. */
const evidenceMax = 24

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= evidenceMax) return lines
  const shown = lines.slice(0, evidenceMax - 1)
  return [...shown, `… and ${lines.length - shown.length} lines more.`]
}

function unhealthy(finding: Finding, others: readonly Finding[]): Diagnosis {
  const also = others.map(({ cause, summary }) => ({ cause, summary }))
  return { healthy: false, ...finding, evidence: shortened(finding.evidence), also }
}

function healthy(evidence: Evidence): Diagnosis {
  const { name } = evidence.network
  const nodes = answeringNodes(evidence)
  return {
    healthy: true,
    cause: 'healthy',
    summary: `${name} is healthy: ${finalityText(evidence, nodes)}.`,
    evidence: shortened([...votesText(evidence), ...remarks(evidence)]),
    advice: [],
    also: [],
  }
}

function finalityText(evidence: Evidence, nodes: readonly NodeEvidence[]): string {
  const epoch = currentEpoch(evidence)
  const finalized = Math.min(...nodes.map(({ consensus }) => consensus.finality?.finalizedEpoch ?? 0))
  const count = nodes.length === 1 ? '1 node has' : `${nodes.length} nodes have`
  if (finalized > 0) return `${count} finalized epoch ${finalized} in epoch ${epoch}`
  return `${nodes.length === 1 ? '1 node is' : `${nodes.length} nodes are`} at slot ${evidence.slots.last}, and nothing can be final yet`
}

/** The share of validators that voted, in the newest epoch of which it is known. */
function votesText({ nodes }: Evidence): string[] {
  const votes = nodes.flatMap(({ consensus }) => consensus.votes ?? [])
  const [newest] = votes.sort((a, b) => b.epoch - a.epoch || a.silent.length - b.silent.length)
  if (newest === undefined) return []
  return [
    `${percent(1 - newest.silent.length / newest.asked)} of the validators voted in epoch ${newest.epoch}.`,
  ]
}

/** What is not as planned, but does no harm. */
function remarks(evidence: Evidence): string[] {
  const { nodes, edges, faults } = evidence
  const away = nodes.filter(({ state }) => state !== 'running' && state !== 'unknown')
  const stake = activeStake(evidence)
  const answering = new Map(answeringNodes(evidence).map((node) => [node.name, node]))
  const missing = edges.filter(({ a, b }) => {
    const [one, other] = [answering.get(a), answering.get(b)]
    return one !== undefined && other !== undefined && !areConnected(one, other)
  })
  return [
    ...away.map(
      ({ name, state, ...node }) =>
        `${name} is ${state}, with ${percent(stake.shareOf(heldBy(node)))} of the stake.`,
    ),
    ...(offlineValidators(evidence).length > 0
      ? [`${percent(1 - stake.shareOf(offlineValidators(evidence)))} of the stake is online.`]
      : []),
    ...missing.map(({ a, b }) => `${a} and ${b} are not connected, but others connect them.`),
    ...faults.map(({ description }) => `In force: ${description}.`),
  ]
}
