import { shortHash } from '../short-hash.ts'
import { BoundedMap } from './bounded-map.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'

/** Proposals that are remembered: those of two blocks for one slot are seen within moments. */
const proposalsMax = 4_096

/** Safety: no validator signs two blocks for one slot, unless it was made to. */
export const noEquivocation: Checker = {
  name: 'no-equivocation',
  begin(_bounds, conditions) {
    const roots = new BoundedMap<string, string>(proposalsMax)
    const violations = new Violations()
    return {
      add(record) {
        if (record.type !== 'block' || record.proposerIndex === undefined || record.slot === 0) return
        const { slot, root, proposerIndex, node } = record
        const key = `${slot} ${proposerIndex}`
        const known = roots.get(key)
        if (known === undefined) roots.set(key, root)
        else if (known !== root && !conditions.dishonest.has(proposerIndex)) {
          const [one, other] = [shortHash(known), shortHash(root)]
          violations.add(
            `validator ${proposerIndex} proposed ${one} and ${other} for slot ${slot}, seen by ${node}`,
          )
        }
      },
      judge: () =>
        violations.judge('An honest validator proposed two blocks for one slot.', () =>
          roots.size === 0
            ? unknown('No block was proposed yet.')
            : pass('No honest validator proposed two blocks for one slot.'),
        ),
    }
  },
}
