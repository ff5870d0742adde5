import { type Checker, pass, unknown, Violations } from './checker.ts'
import { EpochTally } from './epoch-tally.ts'

/** While nothing is broken, nearly every slot has a block. */
export const missedSlots: Checker = {
  name: 'missed-slots',
  begin(bounds, conditions) {
    const violations = new Violations()
    const tally = new EpochTally(conditions, bounds.settleEpochs)
    let epoch = -1
    let missed: number[] = []
    let epochs = 0
    let total = 0
    return {
      add(record) {
        if (record.type !== 'slot') return
        if (record.epoch !== epoch) missed = []
        epoch = record.epoch
        if (record.blockRoot === undefined) missed.push(record.slot)
        if (!tally.add(record)) return
        epochs += 1
        total += missed.length
        const slotsPerEpoch = conditions.run?.chain.slotsPerEpoch ?? 1
        if (missed.length / slotsPerEpoch <= bounds.missedShareMax) return
        violations.add(
          `epoch ${epoch}: ${missed.length} of ${slotsPerEpoch} slots missed (${missed.join(', ')})`,
        )
      },
      judge: () =>
        violations.judge('Too many slots of an epoch have no block.', () =>
          epochs === 0
            ? unknown('No epoch without disturbance is over yet.')
            : pass(`${total} slots were missed in ${epochs} epochs without disturbance.`),
        ),
    }
  },
}
