import type { Timer } from './clock.ts'

/** Cancelled entries are swept out of a list once they are the larger part of it, and more than these. */
const cancelledKept = 64

/** What a clock calls back. */
export type Callback = () => void | Promise<void>

/** Events of one millisecond, in the order in which they were added. */
interface Bucket {
  readonly timeMs: number
  events: QueuedEvent[]
  /** Those not cancelled. */
  live: number
}

/** An event that waits, or waited, in a queue. */
export class QueuedEvent implements Timer {
  readonly timeMs: number
  #callback: Callback | undefined
  #onCancel: (() => void) | undefined

  constructor(timeMs: number, callback: Callback, onCancel: () => void) {
    this.timeMs = timeMs
    this.#callback = callback
    this.#onCancel = onCancel
  }

  /** Cancelled, or taken. */
  get isOver(): boolean {
    return this.#callback === undefined
  }

  cancel(): void {
    const onCancel = this.#onCancel
    this.#callback = undefined
    this.#onCancel = undefined
    onCancel?.()
  }

  /** Removes and returns the callback; undefined when it was cancelled, or taken before. */
  take(): Callback | undefined {
    const callback = this.#callback
    this.#callback = undefined
    this.#onCancel = undefined
    return callback
  }
}

/**
 * Events by time, in whole milliseconds. Adding to a millisecond that has events already, which is the common
 * case in a busy network, costs a push; only a new millisecond goes through the heap.
 */
export class EventQueue {
  readonly #buckets = new Map<number, Bucket>()
  /** Times of buckets, as a binary heap. May also hold times whose bucket is gone. */
  #times: number[] = []

  /** Events that are neither taken nor cancelled. */
  get size(): number {
    let size = 0
    for (const { live } of this.#buckets.values()) size += live
    return size
  }

  /** Time of the earliest event. */
  get nextTimeMs(): number | undefined {
    for (;;) {
      const earliest = this.#times[0]
      if (earliest === undefined || this.#buckets.has(earliest)) return earliest
      this.#removeEarliestTime()
    }
  }

  /** @param timeMs a whole number */
  add(timeMs: number, callback: Callback): QueuedEvent {
    let bucket = this.#buckets.get(timeMs)
    if (bucket === undefined) {
      bucket = { timeMs, events: [], live: 0 }
      this.#buckets.set(timeMs, bucket)
      this.#addTime(timeMs)
    }
    const home = bucket
    const event = new QueuedEvent(timeMs, callback, () => this.#onCancelled(home))
    bucket.events.push(event)
    bucket.live++
    return event
  }

  /** Removes and returns the events of the earliest millisecond; none when the queue is empty. */
  takeEarliest(): readonly QueuedEvent[] {
    const timeMs = this.nextTimeMs
    if (timeMs === undefined) return []
    const events = this.#buckets.get(timeMs)?.events ?? []
    this.#buckets.delete(timeMs)
    this.#removeEarliestTime()
    return events
  }

  clear(): void {
    this.#buckets.clear()
    this.#times = []
  }

  #onCancelled(bucket: Bucket): void {
    bucket.live--
    // One that was taken is run by now, and its cancelled events are skipped there.
    if (this.#buckets.get(bucket.timeMs) !== bucket) return
    if (bucket.live === 0) {
      this.#buckets.delete(bucket.timeMs)
      if (this.#times.length > 2 * this.#buckets.size + cancelledKept) this.#rebuildTimes()
    } else if (bucket.events.length > 2 * bucket.live + cancelledKept) {
      bucket.events = bucket.events.filter((event) => !event.isOver)
    }
  }

  #rebuildTimes(): void {
    // Sorted numbers are a heap.
    this.#times = [...this.#buckets.keys()].sort((a, b) => a - b)
  }

  #addTime(timeMs: number): void {
    const times = this.#times
    let index = times.length
    times.push(timeMs)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = times[parent] as number
      if (above <= timeMs) break
      times[index] = above
      index = parent
    }
    times[index] = timeMs
  }

  #removeEarliestTime(): void {
    const times = this.#times
    const moved = times.pop()
    if (moved === undefined || times.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= times.length) break
      if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child++
      const below = times[child] as number
      if (below >= moved) break
      times[index] = below
      index = child
    }
    times[index] = moved
  }
}
