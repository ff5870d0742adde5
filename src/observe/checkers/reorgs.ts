import { shortHash } from '../short-hash.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'
import { EpochTally } from './epoch-tally.ts'

/** Heads of one epoch that are kept apart: more than any bound that makes sense. */
const headsMax = 1_024

/** While nothing is broken, heads are rarely abandoned. One that many nodes abandon counts once. */
export const reorgs: Checker = {
  name: 'reorgs',
  begin(bounds, conditions) {
    const violations = new Violations()
    const tally = new EpochTally(conditions, bounds.settleEpochs)
    const abandoned = new Set<string>()
    let epochs = 0
    let total = 0
    return {
      add(record) {
        if (record.type === 'reorg' && abandoned.size < headsMax) abandoned.add(record.oldHead)
        if (record.type !== 'slot') return
        const slotsPerEpoch = conditions.run?.chain.slotsPerEpoch ?? 1
        const isLast = (record.slot + 1) % slotsPerEpoch === 0
        if (tally.add(record)) {
          epochs += 1
          total += abandoned.size
          if (abandoned.size > bounds.reorgsPerEpochMax) {
            const heads = [...abandoned].slice(0, 4).map(shortHash).join(', ')
            violations.add(`epoch ${record.epoch}: ${abandoned.size} heads were abandoned: ${heads}`)
          }
        }
        if (isLast) abandoned.clear()
      },
      judge: () =>
        violations.judge('Too many heads were abandoned in an epoch.', () =>
          epochs === 0
            ? unknown('No epoch without disturbance is over yet.')
            : pass(`${total} heads were abandoned in ${epochs} epochs without disturbance.`),
        ),
    }
  },
}
