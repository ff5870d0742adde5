import type { Clock, Timer } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import type { ForkTopics, GossipTopics } from '../gossip/topics.ts'
import type { Wire } from '../links/wire.ts'
import { protocolsOf } from './protocols.ts'

/** Clocks differ, and what was asked at the end of a fork may come after it. */
const EPOCHS_AHEAD = 1
const EPOCHS_AFTER = 1

export interface OffersOptions {
  readonly topics: GossipTopics
  readonly wire: Pick<Wire, 'offer'>
  readonly clock: Clock
  readonly time: SlotTime
}

/** Offers peers the protocols of the fork that is, and around a fork those of both. */
export class Offers {
  readonly #options: OffersOptions
  #timers: Timer[] = []

  constructor(options: OffersOptions) {
    this.#options = options
  }

  start(): void {
    const { topics, clock, time } = this.#options
    for (const { epoch } of topics.forks) {
      for (const change of [epoch - EPOCHS_AHEAD, epoch + EPOCHS_AFTER]) {
        const timeMs = time.startOfSlotMs(time.startSlotOf(change))
        if (timeMs > clock.nowMs) this.#timers.push(clock.at(timeMs, () => this.#offer()))
      }
    }
    this.#offer()
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
  }

  #offer(): void {
    const { topics, clock, time, wire } = this.#options
    const epoch = time.epochOf(time.slotAt(clock.nowMs))
    const [before, after] = [topics.at(epoch - EPOCHS_AFTER), topics.at(epoch + EPOCHS_AHEAD)]
    const forks: ForkTopics[] = [before, topics.at(epoch), after]
    wire.offer([...new Set(forks.flatMap(({ fork }) => protocolsOf(fork)))])
  }
}
