import type { Rule } from '../diagnosis.ts'
import type { Evidence, NodeEvidence } from '../evidence.ts'
import { sidesOf } from '../reading/sides.ts'
import { activeStake, heldBy, isTooLittle, silencedValidators } from '../reading/stake.ts'
import { namesOf, percent, sidesText, validatorsText, verb } from '../reading/words.ts'

/** The nodes are split into sides that do not hear of one another. */
export const partition: Rule = (evidence) => {
  const { sides, areConnected } = sidesOf(evidence)
  if (sides.length < 2) return undefined
  const stake = activeStake(evidence)
  const shares = sides.map((side) => stake.shareOf(side.flatMap(heldBy)))
  const silenced = new Set(silencedValidators(evidence))
  const votingShare = (side: readonly NodeEvidence[]) =>
    stake.shareOf(side.flatMap(heldBy).filter((index) => !silenced.has(index)))
  const canFinalize = sides.filter((side) => !isTooLittle(votingShare(side)))
  return {
    cause: 'partition',
    summary: `The network is split: ${sidesText(sides)}.`,
    evidence: [
      ...sides.map((side, i) => {
        const held = side.flatMap(heldBy)
        const holding =
          held.length === 0
            ? 'no validators'
            : `${validatorsText(held)}, ${percent(shares[i] ?? 0)} of the stake`
        const peers = areConnected
          ? 'and though peers are listed, no block of the other side comes through'
          : `and ${verb(side.length, 'has', 'have')} no peer on the other side`
        return `${namesOf(side)} ${verb(side.length, 'holds', 'hold')} ${holding}, ${peers}; ${headText(side)}.`
      }),
      ...bridgesDown(evidence, sides),
      canFinalize.length === 0
        ? `No side has the two thirds of the stake that finality needs${silenced.size > 0 ? ', as far as it votes' : ''}.`
        : `${canFinalize.map(namesOf).join(', ')} alone can finalize.`,
    ],
    advice: adviceFor(evidence, sides),
  }
}

function headText(side: readonly NodeEvidence[]): string {
  const heads = new Map(side.map(({ consensus: { head } }) => [head?.root, head?.slot]))
  const [[root, slot] = []] = [...heads]
  if (heads.size !== 1) return `${heads.size} different heads`
  return root === undefined ? 'no head was told' : `head at slot ${slot}, ${root.slice(0, 10)}…`
}

/** Nodes between two sides that do not run, where they are what connects them. */
function bridgesDown({ nodes, edges }: Evidence, sides: readonly NodeEvidence[][]): string[] {
  const sideOf = (name: string) => sides.findIndex((side) => side.some((node) => node.name === name))
  return nodes
    .filter(({ name }) => sideOf(name) === -1)
    .filter(({ name }) => {
      const neighbours = edges.flatMap(({ a, b }) => (a === name ? [b] : b === name ? [a] : []))
      return new Set(neighbours.map(sideOf).filter((side) => side !== -1)).size > 1
    })
    .map(({ name, state }) => `${name}, which is between them, is ${state}.`)
}

function adviceFor(evidence: Evidence, sides: readonly NodeEvidence[][]): string[] {
  if (bridgesDown(evidence, sides).length > 0) {
    const down = evidence.nodes.filter(({ state }) => state !== 'running').map(({ name }) => name)
    return [`Start what connects them: ${down.map((name) => `\`eth-localnet start ${name}\``).join(', ')}.`]
  }
  const faults = evidence.faults.filter(({ isCut }) => isCut).map(({ description }) => description)
  return [
    faults.length > 0
      ? `Heal what is in force (${faults.join('; ')}): \`eth-localnet heal\`.`
      : 'Connect the sides again: `eth-localnet heal` ends every fault that was made here; otherwise see why they do not reach one another.',
    'Afterwards one branch is given up and its blocks are reorged out.',
  ]
}
