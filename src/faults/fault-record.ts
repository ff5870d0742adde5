import type { FaultRecord } from '../observe/history-record.ts'
import type { Manifest } from '../plan/manifest.ts'
import { edgesCutBy } from './effective-links.ts'
import type { Fault } from './fault.ts'
import type { FaultTarget } from './fault-target.ts'

/** A fault's begin or end as the history has it. */
export function faultRecord(
  phase: 'begin' | 'end',
  fault: Fault,
  { clock, manifest }: Pick<FaultTarget, 'clock' | 'manifest'>,
): FaultRecord {
  const { id, kind, parameters } = fault
  return {
    type: 'fault',
    timeMs: clock.nowMs,
    phase,
    id,
    kind,
    parameters: { ...parameters },
    ...(phase === 'begin' ? effectOf(fault, manifest) : {}),
  }
}

/** What a checker must know of it: between whom nothing passes, and whose validators are offline. */
function effectOf(fault: Fault, manifest: Manifest): Pick<FaultRecord, 'cut' | 'validators'> {
  if (fault.kind === 'misbehaviour') return { validators: [...fault.parameters.validators] }
  if (fault.kind === 'kill' || fault.kind === 'pause' || fault.kind === 'engine')
    return { validators: validatorsOf(fault.parameters.node, manifest) }
  // A link that is slow or a clock that is off may have any effect.
  if (fault.kind === 'shape' || fault.kind === 'skew') return {}
  const cuts = edgesCutBy(fault, manifest.edges).filter(({ layer }) => layer === 'consensus')
  return { cut: cuts.map(({ edge }): [string, string] => [edge.a, edge.b]) }
}

function validatorsOf(node: string, { nodes }: Manifest): number[] {
  const held = nodes.find(({ name }) => name === node)?.validators
  const { first, count } = held ?? { first: 0, count: 0 }
  return Array.from({ length: count }, (_, position) => first + position)
}
