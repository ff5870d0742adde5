/**
 * Time, real or virtual. Under `embedded/` nobody asks the machine for it, so that a run in virtual time is
 * decided by its options and seed alone.
 */
export interface Clock {
  /** Unix time, whole milliseconds. */
  readonly nowMs: number
  /**
   * Calls back once at that time, or as soon as possible when it is past. Callbacks of one millisecond run in
   * the order in which they were asked for, all of them before any of their promises goes on. Virtual time
   * stands still until every promise that a callback returned has settled.
   */
  at(timeMs: number, callback: () => void | Promise<void>): Timer
}

export interface Timer {
  cancel(): void
}
