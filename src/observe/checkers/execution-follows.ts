import { shortHash } from '../short-hash.ts'
import { type Checker, pass, unknown, Violations } from './checker.ts'

/**
 * The execution client's head is the payload of the consensus head. A head that is to be reorged out is not told
 * to the execution client (`should_override_forkchoice_update`), so one sample that differs says nothing yet.
 */
export const executionFollows: Checker = {
  name: 'execution-follows',
  begin(_bounds, conditions) {
    /** The slot of a node's last sample, where it differed. */
    const differed = new Map<string, number>()
    const violations = new Violations()
    let samples = 0
    return {
      add(record) {
        if (record.type === 'run' || (record.type === 'node' && record.state !== 'running')) differed.clear()
        if (record.type !== 'execution' || conditions.hasObscureFault) return
        const { node, slot, headRoot, payloadHash, executionHash } = record
        samples += 1
        if (payloadHash === executionHash) {
          differed.delete(node)
          return
        }
        const before = differed.get(node)
        if (before !== undefined && before < slot) {
          violations.add(
            `${node}, slot ${slot}: head ${shortHash(headRoot)} carries ${shortHash(payloadHash)}, the execution head is ${shortHash(executionHash)}`,
          )
        }
        differed.set(node, slot)
      },
      judge: () =>
        violations.judge('The execution head of a node is not the payload of its consensus head.', () =>
          samples === 0
            ? unknown('No execution head was sampled yet.')
            : pass(`Execution heads are the payloads of the consensus heads, by ${samples} samples.`),
        ),
    }
  },
}
