import type { EngineFault } from '../../embedded/engine/engine-fault.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { checkedNode } from '../checked-groups.ts'
import { FaultError } from '../errors.ts'
import type { FaultSpec } from '../fault.ts'
import { checkedEngineFault } from './checked-misconduct.ts'

/**
 * What was asked for of a node's execution client, checked against the plan.
 *
 * @throws {OptionError}
 * @throws {UnknownNodeError}
 * @throws {FaultError} for slowness in virtual time
 */
export function engineFaultOf(manifest: Manifest, node: string, given: EngineFault): FaultSpec {
  const fault = checkedEngineFault(given)
  if (manifest.time === 'virtual' && fault.kind === 'slow') {
    throw new FaultError({
      code: 'fault-unsupported',
      problem: 'In virtual time no execution client is slow: time stands still while a node waits for it.',
      details: ['Run the network in real time, or use `silent`, which is noticed at once.'],
    })
  }
  return { kind: 'engine', parameters: { node: checkedNode(node, manifest), fault } }
}
