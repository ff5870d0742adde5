import { type Checker, pass, unknown, Violations } from './checker.ts'

/** While nothing is broken, the votes of nearly all validators are in the chain, and for the right target. */
export const participation: Checker = {
  name: 'participation',
  begin(bounds, conditions) {
    const violations = new Violations()
    let epochs = 0
    let lowest = 1
    return {
      add(record) {
        if (record.type !== 'participation') return
        const { epoch, target, node } = record
        const calmFrom = conditions.calmFromEpoch(bounds.settleEpochs)
        // In the first epoch clients are still finding each other.
        if (calmFrom === undefined || epoch < Math.max(1, calmFrom)) return
        epochs += 1
        lowest = Math.min(lowest, target)
        if (target < bounds.targetShareMin) {
          violations.add(`epoch ${epoch}: ${percent(target)} voted for the right target, as ${node} has it`)
        }
      },
      judge: () =>
        violations.judge(`Less than ${percent(bounds.targetShareMin)} voted for the right target.`, () =>
          epochs === 0
            ? unknown('No epoch without disturbance is over yet.')
            : pass(`At least ${percent(lowest)} voted for the right target.`),
        ),
    }
  },
}

/** Rounded down, so that 100 % is all. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}
