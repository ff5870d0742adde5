import type { Rule } from '../diagnosis.ts'
import type { BlockEvidence, Evidence, NodeEvidence } from '../evidence.ts'
import { heldBy } from '../reading/stake.ts'
import { namesOf, validatorsText } from '../reading/words.ts'

/** The newest of each kind that are told of. */
const blocksShown = 3

/** Two nodes sign with the same keys, which is slashable as soon as they do not sign the same. */
export const keysDuplicated: Rule = (evidence) => {
  const texts = [
    ...sharedKeys(evidence.nodes),
    ...foreignBlocks(evidence).slice(-blocksShown),
    ...doubleBlocks(evidence).slice(-blocksShown),
  ]
  if (texts.length === 0) return undefined
  const slashed = (evidence.validators ?? []).filter(({ isSlashed }) => isSlashed).map(({ index }) => index)
  return {
    cause: 'keys-duplicated',
    summary: 'Validator keys are in use on more than one node.',
    evidence: [...texts, ...(slashed.length > 0 ? [`Slashed already: ${validatorsText(slashed)}.`] : [])],
    advice: [
      'Stop one of the two at once: each block or vote that they sign differently is slashable.',
      'Then give every key to one node only, and move its slashing protection along with it.',
    ],
  }
}

function sharedKeys(nodes: readonly NodeEvidence[]): string[] {
  return nodes.flatMap((node, i) =>
    nodes.slice(i + 1).flatMap((other) => {
      const ofOther = new Set(heldBy(other))
      const both = heldBy(node).filter((index) => ofOther.has(index))
      return both.length === 0
        ? []
        : [`${namesOf([node, other])} were both given the keys of ${validatorsText(both)}.`]
    }),
  )
}

/** Blocks whose fees go to another node than the one that was given the proposer's key. */
function foreignBlocks({ blocks, nodes }: Evidence): string[] {
  return blocks.flatMap(({ slot, proposerIndex, feeRecipient }) => {
    const owners = nodes.filter((node) => heldBy(node).includes(proposerIndex))
    const proposer = nodes.find((node) => node.feeRecipient === feeRecipient)
    const [owner] = owners
    if (owner === undefined || proposer === undefined || owners.includes(proposer)) return []
    return [
      `The block of slot ${slot} was made on ${proposer.name}, with the key of validator ${proposerIndex}, which ${owner.name} was given.`,
    ]
  })
}

function doubleBlocks({ blocks }: Evidence): string[] {
  const seen = new Map<string, BlockEvidence>()
  return blocks.flatMap((block) => {
    const key = `${block.slot} ${block.proposerIndex}`
    const other = seen.get(key)
    seen.set(key, block)
    if (other === undefined || other.root === block.root) return []
    return [
      `Validator ${block.proposerIndex} signed two blocks for slot ${block.slot}: ${other.root} and ${block.root}.`,
    ]
  })
}
