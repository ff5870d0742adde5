import type { Rule } from '../diagnosis.ts'
import type { NodeEvidence } from '../evidence.ts'
import { groupBy } from '../reading/groups.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { activeStake, heldBy, isTooLittle, offlineValidators, silencedValidators } from '../reading/stake.ts'
import { capitalized, listOf, namesOf, percent, validatorsText, verb } from '../reading/words.ts'

/** Less than two thirds of the stake is online, so nothing can be finalized. */
export const stakeOffline: Rule = (evidence) => {
  const stake = activeStake(evidence)
  const offline = offlineValidators(evidence)
  const share = 1 - stake.shareOf(offline)
  if (evidence.slots.last < 0 || stake.indices.length === 0 || !isTooLittle(share)) return undefined
  const answering = answeringNodes(evidence)
  const away = evidence.nodes.filter((node) => node.held.count > 0 && !answering.includes(node))
  if (away.every(({ state }) => state === 'stopped') && answering.length === 0) return undefined
  const silenced = silencedValidators(evidence).filter((index) => !away.flatMap(heldBy).includes(index))
  return {
    cause: 'stake-offline',
    summary: `Only ${percent(share)} of the stake is online, and finality needs two thirds.`,
    evidence: [
      ...sameFate(away).map((nodes) => {
        const held = nodes.flatMap(heldBy)
        return `${namesOf(nodes)} ${stateText(nodes)}: ${validatorsText(held)}, ${percent(stake.shareOf(held))} of the stake.`
      }),
      ...(silenced.length > 0
        ? [
            `${capitalized(validatorsText(silenced))} did not vote, ${percent(stake.shareOf(silenced))} of the stake, while faults are in force that are about them.`,
          ]
        : []),
    ],
    advice:
      away.length > 0
        ? [
            `Bring back what is away: ${listOf(away.map(({ name, state }) => `\`eth-localnet ${state === 'paused' ? 'resume' : 'start'} ${name}\``))}.`,
          ]
        : ['End the faults that keep validators from their duties: `eth-localnet faults` lists them.'],
  }
}

/** Nodes that are away in the same way are told of together. */
function sameFate(nodes: readonly NodeEvidence[]): NodeEvidence[][] {
  return groupBy(nodes, (a, b) => stateText([a]) === stateText([b]))
}

function stateText(nodes: readonly NodeEvidence[]): string {
  const [{ state, consensus } = { state: 'unknown', consensus: { problem: undefined } }] = nodes
  if (consensus.problem === undefined || state !== 'running')
    return `${verb(nodes.length, 'is', 'are')} ${state}`
  return `${verb(nodes.length, 'does', 'do')} not answer (${consensus.problem})`
}
