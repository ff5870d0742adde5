import type { NodeRecord } from '../history-record.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'

/** Safety: a node's finalized epoch never goes back. What it lost in a crash it may finalize again. */
export const finalityStays: Checker = {
  name: 'finality-stays',
  begin() {
    const latest = new Map<string, number>()
    const crashes = new Crashes()
    const violations = new Violations()
    let isAnyFinalized = false
    return {
      add(record) {
        if (record.type === 'run') latest.clear()
        if (record.type === 'node' && crashes.isCrash(record)) latest.delete(record.node)
        if (record.type !== 'finalized') return
        const { node, epoch } = record
        const known = latest.get(node) ?? 0
        if (epoch < known) violations.add(`${node} went from epoch ${known} to ${epoch}`)
        latest.set(node, epoch)
        isAnyFinalized = true
      },
      judge: () =>
        violations.judge('The finalized epoch of a node went back.', () =>
          isAnyFinalized ? pass('Finality never went back.') : unknown('Nothing was finalized yet.'),
        ),
    }
  },
}

/** Tells the records by which a node lost what it had not stored: it ended without being asked to stop. */
export class Crashes {
  readonly #states = new Map<string, NodeRecord['state']>()

  isCrash({ node, state }: NodeRecord): boolean {
    const before = this.#states.get(node)
    this.#states.set(node, state)
    const isKilled = state === 'stopped' && (before === 'running' || before === 'paused')
    return state === 'failed' || state === 'removed' || isKilled
  }
}
