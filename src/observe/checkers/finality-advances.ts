import { type Checker, pass, unknown, Violations } from './checker.ts'

/** Liveness: while at least 2/3 of the stake is connected and follows the protocol, finality advances. */
export const finalityAdvances: Checker = {
  name: 'finality-advances',
  begin(bounds, conditions) {
    const violations = new Violations()
    let finalizedEpoch = 0
    let advances = 0
    /** Epoch in which finality last advanced, or was found not to. */
    let lastEpoch = 0
    return {
      add(record) {
        if (record.type === 'run') lastEpoch = conditions.epochAt(record.timeMs)
        if (record.type !== 'slot') return
        const { epoch, finalizedEpoch: now = 0 } = record
        if (now > finalizedEpoch) {
          advances += 1
          finalizedEpoch = now
          lastEpoch = epoch
        }
        const { quietSinceEpoch } = conditions
        if (quietSinceEpoch === undefined) return
        const since = Math.max(quietSinceEpoch, lastEpoch)
        if (epoch - since <= bounds.finalityWithinEpochs) return
        violations.add(`epoch ${epoch}: finalized is epoch ${finalizedEpoch}, unchanged since epoch ${since}`)
        // Told once for each such time, not at every slot from now on.
        lastEpoch = epoch
      },
      judge: () =>
        violations.judge('Finality did not advance although 2/3 of the stake was connected.', () =>
          advances === 0
            ? unknown('Finality has not advanced yet, nor was it due.')
            : pass(`Finality advanced when it was due; the finalized epoch is ${finalizedEpoch}.`),
        ),
    }
  },
}
