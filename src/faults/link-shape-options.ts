import type { LinkShape } from '../embedded/links/link-state.ts'
import { FaultError } from './errors.ts'
import { type Direction, directions } from './fault.ts'

/** How a link is to be made worse. At least one of them must be given. */
export interface LinkShapeOptions {
  /** Added to the time of all that crosses; whole milliseconds, at most 60,000. @default 0 */
  readonly latencyMs?: number | undefined
  /** Added as well: up to this, drawn anew each time; whole milliseconds, at most 60,000. @default 0 */
  readonly jitterMs?: number | undefined
  /**
   * Share that gets lost, 0 to 100: of messages in memory, of packets over sockets. @default 0
   */
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

function invalid(problem: string, allowed: string, facts: object): FaultError {
  return new FaultError({
    code: 'fault-invalid',
    problem,
    details: [`Allowed: ${allowed}`],
    facts: { ...facts },
  })
}
