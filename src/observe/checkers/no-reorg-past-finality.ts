import { shortHash } from '../short-hash.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'
import { Crashes } from './finality-stays.ts'

/** Safety: no head is abandoned for one that does not descend from what the same node had finalized. */
export const noReorgPastFinality: Checker = {
  name: 'no-reorg-past-finality',
  begin() {
    /** Epoch, and slot of the finalized block where it is known, by node. */
    const finalized = new Map<string, { epoch: number; slot: number | undefined }>()
    const crashes = new Crashes()
    const violations = new Violations()
    let reorgs = 0
    let isAnyFinalized = false
    return {
      add(record) {
        if (record.type === 'run') finalized.clear()
        if (record.type === 'node' && crashes.isCrash(record)) finalized.delete(record.node)
        if (record.type === 'finalized') {
          finalized.set(record.node, { epoch: record.epoch, slot: record.slot })
          isAnyFinalized = true
        }
        if (record.type !== 'reorg') return
        reorgs += 1
        const { node, ancestorSlot, oldHead, newHead } = record
        const known = finalized.get(node)
        if (known?.slot === undefined || ancestorSlot === undefined || ancestorSlot >= known.slot) return
        const [from, to] = [shortHash(oldHead), shortHash(newHead)]
        violations.add(
          `${node}: ${from} -> ${to} from slot ${ancestorSlot}, finalized was epoch ${known.epoch} at slot ${known.slot}`,
        )
      },
      judge: () =>
        violations.judge('A reorg went past a finalized block.', () =>
          isAnyFinalized
            ? pass(`No reorg went past finality, of ${reorgs} that nodes saw.`)
            : unknown('Nothing was finalized yet.'),
        ),
    }
  },
}
