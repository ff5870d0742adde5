import { shortHash } from '../short-hash.ts'
import { BoundedMap } from './bounded-map.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'

/** Epochs that are compared: a node that is further behind all others is not noticed. */
const epochsMax = 4_096

/** Safety: no two nodes, and no node at two times, finalize different roots for one epoch. */
export const finalityAgrees: Checker = {
  name: 'finality-agrees',
  begin() {
    const roots = new BoundedMap<number, { root: string; node: string }>(epochsMax)
    const violations = new Violations()
    return {
      add(record) {
        if (record.type !== 'finalized') return
        const { epoch, root, node } = record
        const known = roots.get(epoch)
        if (known === undefined) roots.set(epoch, { root, node })
        else if (known.root !== root) {
          const [one, other] = [shortHash(known.root), shortHash(root)]
          violations.add(`epoch ${epoch}: ${one} on ${known.node}, ${other} on ${node}`)
        }
      },
      judge: () =>
        violations.judge('Nodes finalized different roots for one epoch.', () =>
          roots.size === 0
            ? unknown('Nothing was finalized yet.')
            : pass('Every epoch was finalized with one root.'),
        ),
    }
  },
}
