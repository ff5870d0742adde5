import type { SlotRecord } from '../history-record.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'

/** After connections were cut and are there again, all running nodes come to share a head. */
export const headsAgree: Checker = {
  name: 'heads-agree',
  begin(bounds, conditions) {
    const violations = new Violations()
    let wasCut = false
    let heals = 0
    let slowestSlots = 0
    /** First slot after the heal that is not agreed upon yet; undefined before one. */
    let waitingSince: number | undefined
    let isWaiting = false

    const onSlot = ({ slot, nodesAtHead, nodesRunning }: SlotRecord) => {
      waitingSince ??= slot
      const slots = slot - waitingSince
      const withinSlots = bounds.headsWithinSlots ?? 4 * (conditions.run?.chain.slotsPerEpoch ?? 32)
      if (nodesRunning > 0 && nodesAtHead === nodesRunning) {
        slowestSlots = Math.max(slowestSlots, slots)
        heals += 1
        isWaiting = false
      } else if (slots >= withinSlots) {
        violations.add(
          `slot ${slot}: ${nodesAtHead} of ${nodesRunning} nodes share a head, ${slots} slots after the heal`,
        )
        isWaiting = false
      }
    }

    return {
      add(record) {
        const { isCut, isWhole, hasObscureFault } = conditions
        if (record.type === 'run') wasCut = isWaiting = false
        // A node that starts has to catch up first.
        if (record.type === 'node' || isCut || !isWhole || hasObscureFault) waitingSince = undefined
        if (isCut) {
          wasCut = true
          isWaiting = false
        } else if (wasCut) {
          wasCut = false
          isWaiting = true
        }
        if (record.type === 'slot' && isWaiting && isWhole && !hasObscureFault) onSlot(record)
      },
      judge: () =>
        violations.judge('Nodes did not come to share a head after a heal.', () => {
          if (isWaiting) return unknown('The nodes do not share a head yet since the heal.')
          if (heals === 0) return unknown('Nothing was cut and healed.')
          return pass(`All nodes shared a head at most ${slowestSlots} slots after each of ${heals} heals.`)
        }),
    }
  },
}
