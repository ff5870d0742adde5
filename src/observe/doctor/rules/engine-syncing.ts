import type { Rule } from '../diagnosis.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { namesOf, verb } from '../reading/words.ts'

/** An execution client does not know whether the head's payload is valid, so its node cannot propose or vote. */
export const engineSyncing: Rule = (evidence) => {
  const optimistic = answeringNodes(evidence).filter(
    ({ consensus: { syncing } }) => syncing?.isOptimistic && !syncing.isSyncing,
  )
  if (optimistic.length === 0) return undefined
  const [first] = optimistic
  return {
    cause: 'engine-syncing',
    summary: `The execution ${verb(optimistic.length, 'client', 'clients')} of ${namesOf(optimistic)} ${verb(optimistic.length, 'answers', 'answer')} SYNCING.`,
    evidence: optimistic.map(({ name, consensus, execution, clients }) => {
      const head =
        execution.head === undefined ? 'it tells no head' : `it is at block ${execution.head.number}`
      const asked = execution.isSyncing === true ? 'eth_syncing says so too' : 'eth_syncing says false'
      return `${name}: the head of ${clients.consensus} at slot ${consensus.syncing?.headSlot} is optimistic; of ${clients.execution}, ${head}, and ${asked}.`
    }),
    advice: [
      'Wait if its block number grows: it is catching up.',
      `Otherwise it lacks blocks that nobody gives it: restart the node, \`eth-localnet restart ${first?.name}\`, or replace it by \`eth-localnet remove\` and \`add\`.`,
    ],
  }
}
