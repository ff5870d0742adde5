import type { Rule } from '../diagnosis.ts'
import { connectedGroups } from '../reading/groups.ts'
import { blocksMissing, headSlotOf } from '../reading/progress.ts'
import { namesOf, verb } from '../reading/words.ts'

/** Blocks that may be on their way. */
const blocksMissingMax = 2

/** A node does not have the newest blocks yet, though others have, or says that it is not done: then it signs nothing. */
export const syncing: Rule = (evidence) => {
  // On the other side of a split there are blocks that a node cannot have.
  const behind = connectedGroups(evidence).flatMap((group) => {
    const newest = Math.max(...group.map(headSlotOf))
    return group
      .filter(
        (node) =>
          node.consensus.syncing?.isSyncing === true ||
          blocksMissing(node, group, evidence) > blocksMissingMax,
      )
      .map((node) => ({ node, newest }))
  })
  if (behind.length === 0) return undefined
  return {
    cause: 'syncing',
    summary: `${namesOf(behind.map(({ node }) => node))} ${verb(behind.length, 'has', 'have')} not caught up with the chain.`,
    evidence: behind.map(
      ({
        node: {
          name,
          consensus: { syncing, peers },
        },
        newest,
      }) => {
        const says = syncing?.isSyncing ? 'it says that it is syncing' : 'it does not say that it is syncing'
        return `${name} is at slot ${syncing?.headSlot} of ${newest}, with ${peers?.length ?? 'unknown'} peers; ${says}.`
      },
    ),
    advice: ['Wait: look again in an epoch, and if its slot has not grown by then, restart it.'],
  }
}
