import type { NodeEvent } from '../../apis/node-event.ts'
import type { Clock, Timer } from '../clock/clock.ts'

/** What leaves the thread at once. */
export interface NodeEventBatch {
  readonly events: readonly NodeEvent[]
  /** Time by the network's clock when it left: all events until then have been sent. */
  readonly timeMs: number
}

/** In real time, how long an event may wait for others to be sent with it. */
const realTimeWaitMs = 20

/**
 * Collects what happens on the nodes, so that many events leave the thread as one message: those of a hundred
 * nodes would cost more to send than to make.
 */
export class NodeEvents {
  readonly #send: (batch: NodeEventBatch) => void
  #clock: Clock | undefined
  #isRealTime = false
  #waiting: NodeEvent[] = []
  #timer: Timer | undefined

  /** @param send hands a batch to the main thread */
  constructor(send: (batch: NodeEventBatch) => void) {
    this.#send = send
  }

  /** In virtual time events are sent when somebody asks for it; in real time soon, as nobody may ask. */
  open(clock: Clock, { isRealTime }: { isRealTime: boolean }): void {
    this.#clock = clock
    this.#isRealTime = isRealTime
  }

  add(event: NodeEvent): void {
    this.#waiting.push(event)
    const clock = this.#clock
    if (clock === undefined || !this.#isRealTime || this.#timer !== undefined) return
    this.#timer = clock.at(clock.nowMs + realTimeWaitMs, () => this.flush())
  }

  /** Sends what waits, if anything does. */
  flush(): void {
    if (this.#waiting.length > 0) this.sendTime()
  }

  /** Sends what waits, and how far time is. */
  sendTime(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#clock === undefined) return
    const events = this.#waiting
    this.#waiting = []
    this.#send({ events, timeMs: this.#clock.nowMs })
  }
}
