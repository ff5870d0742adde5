import type { Rule } from '../diagnosis.ts'
import { connectedGroups } from '../reading/groups.ts'
import { sidesOf } from '../reading/sides.ts'
import { namesOf, verb } from '../reading/words.ts'

/** A node is connected to nobody, though it should be. */
export const noPeers: Rule = (evidence) => {
  const groups = connectedGroups(evidence)
  const sides = new Set(sidesOf(evidence).sides.flat())
  const isInSplit = sides.size > 0 && groups.length > 1
  const alone = evidence.nodes.length < 2 ? [] : groups.filter((group) => group.length === 1).flat()
  const lonely = alone.filter(({ consensus: { peers } }) => peers?.length === 0)
  // A node that is a side of a split by itself is told of there.
  const found = lonely.filter((node) => !(isInSplit && sides.has(node) && sides.size > 1))
  if (found.length === 0) return undefined
  return {
    cause: 'no-peers',
    summary: `${namesOf(found)} ${verb(found.length, 'has', 'have')} no peers.`,
    evidence: found.map(({ name, consensus: { head } }) => {
      const neighbours = evidence.edges.flatMap(({ a, b }) => (a === name ? [b] : b === name ? [a] : []))
      const states = neighbours.map((peer) => {
        const state = evidence.nodes.find((node) => node.name === peer)?.state ?? 'unknown'
        return `${peer} (${state})`
      })
      const declared = states.length === 0 ? 'nobody' : states.join(', ')
      return `${name} is connected to nobody on the consensus layer; declared are ${declared}; its head is at slot ${head?.slot ?? 'unknown'}.`
    }),
    advice: [
      'See that its neighbours run, and heal faults that are in force: `eth-localnet status`, `eth-localnet heal`.',
      `A client that has given up dialling is made to try again by \`eth-localnet restart ${found[0]?.name}\`.`,
    ],
  }
}
