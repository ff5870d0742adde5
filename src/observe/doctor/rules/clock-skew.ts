import type { Rule } from '../diagnosis.ts'
import type { SyncingEvidence } from '../evidence.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { namesOf, secondsText, verb } from '../reading/words.ts'

/** A node takes another slot for the present one. */
export const clockSkew: Rule = (evidence) => {
  const skewed = answeringNodes(evidence).flatMap(({ name, consensus: { syncing } }) => {
    const slots = syncing === undefined ? 0 : slotsAhead(syncing)
    return slots === 0 ? [] : [{ name, slots, syncing }]
  })
  if (skewed.length === 0) return undefined
  const { slotDurationMs } = evidence.chain
  return {
    cause: 'clock-skew',
    summary: `The ${verb(skewed.length, 'clock', 'clocks')} of ${namesOf(skewed)} ${verb(skewed.length, 'is', 'are')} wrong by a slot or more.`,
    evidence: skewed.map(({ name, slots, syncing }) => {
      const direction = slots > 0 ? 'ahead' : 'behind'
      const most = secondsText((Math.abs(slots) + 1) * slotDurationMs)
      return `${name} takes slot ${syncing?.ownSlot} for the present one while it is slot ${syncing?.askedDuring.last}: its clock is up to ${most} ${direction}.`
    }),
    advice: [
      `Set the clock right; one that was set wrong on purpose by \`eth-localnet skew ${skewed[0]?.name} 0\`.`,
      'The genesis time and the length of a slot are the same for all, so nothing else moves a node’s slot.',
    ],
  }
}

/** Slots by which a node's clock is ahead of ours, negative when behind, 0 when it may be right. */
function slotsAhead({ ownSlot, askedDuring: { first, last } }: SyncingEvidence): number {
  // Before genesis clients say 0, and a node's head can be newer than a clock that is behind.
  if (first < 1) return 0
  if (ownSlot > last) return ownSlot - last
  return ownSlot < first ? ownSlot - first : 0
}
