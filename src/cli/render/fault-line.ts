import type { FaultDescription } from '../../faults/fault-operations.ts'

/** A fault in force on one line, for a person: `partition-1  node-0,node-1 | node-2,node-3`. */
export function faultLine({ id, kind, parameters }: FaultDescription): string {
  const layers = list(parameters.layers)
  const onLayers = layers.length === 1 ? `  (${layers[0]} layer)` : ''
  return `${id}  ${effectOf(kind, parameters)}${onLayers}`
}

function effectOf(kind: string, parameters: Readonly<Record<string, unknown>>): string {
  const { a, b, node, via } = parameters
  switch (kind) {
    case 'partition':
      return groupsOf(parameters)
    case 'bridge':
      return `${groupsOf(parameters)}, joined by ${text(via)}`
    case 'isolate':
      return `${text(node)} has no peers`
    case 'cut':
      return `${text(a)} and ${text(b)} are not connected`
    case 'shape':
      return shapeOf(parameters)
    case 'skew': {
      const skewMs = Number(parameters.skewMs)
      return `the clock of ${text(node)} is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead' : 'behind'}`
    }
    case 'misbehaviour': {
      const { nodes, validators, deed } = parameters
      const count = list(validators).length
      return `${count} ${count === 1 ? 'validator' : 'validators'} of ${list(nodes).join(',')}: ${deedOf(deed)}${slotsOf(parameters)}`
    }
    case 'engine':
      return `the execution client of ${text(node)} is ${deedOf(parameters.fault)}`
    case 'kill':
      return `${text(node)} was killed`
    case 'pause':
      return `${text(node)} is frozen`
    default:
      return JSON.stringify(parameters)
  }
}

function groupsOf({ groups, others }: Readonly<Record<string, unknown>>): string {
  return [...list(groups), others]
    .map((group) => list(group).join(','))
    .filter((names) => names !== '')
    .join(' | ')
}

function shapeOf(parameters: Readonly<Record<string, unknown>>): string {
  const { a, b, direction, latencyMs, jitterMs, lossPercent, bandwidthKbps } = parameters
  const arrow = direction === 'forward' ? '->' : direction === 'backward' ? '<-' : '<->'
  const effects = [
    ...(latencyMs ? [`${text(latencyMs)} ms later`] : []),
    ...(jitterMs ? [`up to ${text(jitterMs)} ms jitter`] : []),
    ...(lossPercent ? [`${text(lossPercent)} % lost`] : []),
    ...(bandwidthKbps ? [`${text(bandwidthKbps)} kbit/s`] : []),
  ]
  return `${text(a)} ${arrow} ${text(b)}: ${effects.join(', ')}`
}

/** `late-block (byMs 1500)` */
function deedOf(deed: unknown): string {
  const { kind, ...options } = Object(deed) as Readonly<Record<string, unknown>>
  const named = Object.entries(options).map(([name, value]) => `${name} ${text(value)}`)
  return `${text(kind)}${named.length === 0 ? '' : ` (${named.join(', ')})`}`
}

function slotsOf({ from, until }: Readonly<Record<string, unknown>>): string {
  return `${from ? `, from slot ${text(from)}` : ''}${until === undefined ? '' : `, until slot ${text(until)}`}`
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return String(value)
}
