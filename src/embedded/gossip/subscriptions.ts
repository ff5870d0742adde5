import type { Clock, Timer } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import type { Wire } from '../links/wire.ts'
import type { ForkTopics, GossipTopics } from './topics.ts'

/** Before a fork, so that everybody is there when it comes. */
const EPOCHS_AHEAD = 1
/** altair/p2p-interface.md, "Transitioning the gossip": two epochs after the fork. */
const EPOCHS_AFTER = 2

export interface SubscriptionsOptions {
  readonly topics: GossipTopics
  readonly wire: Pick<Wire, 'subscribe' | 'unsubscribe'>
  readonly clock: Clock
  readonly time: SlotTime
}

/**
 * Takes part in all topics of the fork that is, and of the one that is about to come or has just been.
 *
 * A node of a public network takes part in some of the subnets only. Here every node takes part in all of
 * them: a network of a few nodes has nobody else to carry a subnet.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #subscribed = new Set<ForkTopics>()
  #timers: Timer[] = []

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /** Forks whose topics are subscribed to now. */
  get forks(): readonly ForkTopics[] {
    return [...this.#subscribed]
  }

  start(): void {
    const { topics, clock, time } = this.#options
    for (const [index, fork] of topics.forks.entries()) {
      const next = topics.forks[index + 1]
      const firstMs = time.startOfSlotMs(time.startSlotOf(fork.epoch - EPOCHS_AHEAD))
      const lastMs = next && time.startOfSlotMs(time.startSlotOf(next.epoch + EPOCHS_AFTER))
      if (lastMs !== undefined && lastMs <= clock.nowMs) continue
      // The first fork is there before genesis.
      if (firstMs <= clock.nowMs || index === 0) this.#join(fork)
      else this.#timers.push(clock.at(firstMs, () => this.#join(fork)))
      if (lastMs !== undefined) this.#timers.push(clock.at(lastMs, () => this.#leave(fork)))
    }
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
    for (const fork of this.#subscribed) this.#leave(fork)
  }

  #join(fork: ForkTopics): void {
    this.#subscribed.add(fork)
    for (const { name } of fork.topics) this.#options.wire.subscribe(name)
  }

  #leave(fork: ForkTopics): void {
    this.#subscribed.delete(fork)
    for (const { name } of fork.topics) this.#options.wire.unsubscribe(name)
  }
}
