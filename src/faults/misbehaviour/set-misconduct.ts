import type { Fault } from '../fault.ts'
import type { FaultTarget } from '../fault-target.ts'
import { ordersOf } from './misbehave-options.ts'

type MisconductTarget = Pick<FaultTarget, 'manifest' | 'setMisbehaviour' | 'setEngineFault'>

/**
 * Tells validators or an execution client to misbehave, or to behave again. Nothing is done for other faults,
 * nor at nodes that were removed meanwhile.
 *
 * @throws {FaultError} where it cannot be done
 */
export async function setMisconduct(
  target: MisconductTarget,
  { id, ...fault }: Fault,
  isInForce: boolean,
): Promise<void> {
  const { manifest } = target
  if (fault.kind === 'misbehaviour') {
    for (const { node, order } of ordersOf(manifest, fault.parameters))
      await target.setMisbehaviour(node, id, isInForce ? order : undefined)
  }
  if (fault.kind === 'engine') {
    const { node, fault: engineFault } = fault.parameters
    if (manifest.nodes.some(({ name }) => name === node))
      await target.setEngineFault(node, id, isInForce ? engineFault : undefined)
  }
}
