import type { LinkShape } from '../embedded/links/link-state.ts'
import type { EdgePlan } from '../plan/manifest.ts'
import { FaultError } from './errors.ts'
import { type Direction, directions, type FaultLayer } from './fault.ts'

/** How a link is to be made worse. At least one of them must be given. */
export interface LinkShapeOptions {
  /** Added to the time of all that crosses; whole milliseconds, at most 60,000. @default 0 */
  readonly latencyMs?: number | undefined
  /** Added as well: up to this, drawn anew each time; whole milliseconds, at most 60,000. @default 0 */
  readonly jitterMs?: number | undefined
  /** Share of messages that get lost, 0 to 100. Links between processes cannot. @default 0 */
  readonly lossPercent?: number | undefined
  /** Kilobits (1,000 bits) a second, 1 to 10,000,000. @default without a bound */
  readonly bandwidthKbps?: number | undefined
  /** From the first node of the link to the second (forward), back, or both. @default 'both' */
  readonly direction?: Direction | undefined
}

const bounds = {
  latencyMs: { min: 0, max: 60_000, isWhole: true },
  jitterMs: { min: 0, max: 60_000, isWhole: true },
  lossPercent: { min: 0, max: 100, isWhole: false },
  bandwidthKbps: { min: 1, max: 10_000_000, isWhole: false },
} as const

const names = Object.keys(bounds) as (keyof typeof bounds)[]

/** @throws {FaultError} for a value out of its bounds, and when nothing would change. */
export function checkedShape(options: LinkShapeOptions): LinkShape & { direction: Direction } {
  const unknown = Object.keys(options).find((key) => key !== 'direction' && !names.includes(key as never))
  if (unknown !== undefined)
    throw invalid(`A link has no ${unknown}.`, [...names, 'direction'].join(', '), options)
  for (const name of names) {
    const value = options[name]
    const { min, max, isWhole } = bounds[name]
    if (value === undefined || (value >= min && value <= max && (!isWhole || Number.isInteger(value))))
      continue
    throw invalid(
      `A link cannot have ${name} ${String(value)}.`,
      `${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}`,
      options,
    )
  }
  const { latencyMs = 0, jitterMs = 0, lossPercent = 0, bandwidthKbps, direction = 'both' } = options
  if (!directions.includes(direction)) {
    throw invalid(`A link has no direction ${String(direction)}.`, directions.join(', '), options)
  }
  if (latencyMs === 0 && jitterMs === 0 && lossPercent === 0 && bandwidthKbps === undefined) {
    throw invalid('That leaves the link as it is.', `one of ${names.join(', ')}`, options)
  }
  return {
    latencyMs,
    jitterMs,
    lossPercent,
    direction,
    ...(bandwidthKbps === undefined ? {} : { bandwidthKbps }),
  }
}

/**
 * Refuses what a kind of link cannot do.
 *
 * @throws {FaultError} for loss on a link over sockets.
 */
export function refuseUnsupportedShape(
  { lossPercent }: Pick<LinkShape, 'lossPercent'>,
  { a, b, links }: EdgePlan,
  layers: readonly FaultLayer[],
): void {
  const onSockets = layers.filter((layer) => links[layer] === 'sockets')
  if (lossPercent === 0 || onSockets.length === 0) return
  throw new FaultError({
    code: 'fault-unsupported',
    problem: `The link between ${a} and ${b} cannot lose messages on the ${onSockets.join(' and ')} layer.`,
    details: [
      'It is a TCP connection, whose ends send again what the network has lost: loss shows as delay there.',
      'Use latencyMs and jitterMs, or embedded nodes at both ends, whose links are in memory.',
    ],
    facts: { a, b, layers: onSockets, lossPercent },
  })
}

function invalid(problem: string, allowed: string, facts: object): FaultError {
  return new FaultError({
    code: 'fault-invalid',
    problem,
    details: [`Allowed: ${allowed}`],
    facts: { ...facts },
  })
}
