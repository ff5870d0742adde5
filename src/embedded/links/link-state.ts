/** How a link treats what crosses it in one direction, on top of what it does by itself. Plain data. */
export interface LinkShape {
  /** Added to each transfer's time; whole milliseconds. */
  readonly latencyMs: number
  /** Added as well: a whole number of milliseconds from 0 to this, drawn for each transfer. */
  readonly jitterMs: number
  /** Share of transfers that get lost, 0 to 100. */
  readonly lossPercent: number
  /** Kilobits (1,000 bits) a second, for all that crosses together; without a bound when undefined. */
  readonly bandwidthKbps?: number | undefined
}

/** What is asked of a link on one layer. Plain data. */
export interface LinkState {
  /** Whether its ends may be connected. */
  readonly isUp: boolean
  /** From the first end to the second, in the order in which the ends are named. */
  readonly forward: LinkShape
  readonly backward: LinkShape
}

/** A link in which nobody meddles adds nothing. */
export const noShape: LinkShape = { latencyMs: 0, jitterMs: 0, lossPercent: 0 }

/** A link in which nobody meddles. */
export const healthyLink: LinkState = { isUp: true, forward: noShape, backward: noShape }
