import { routes } from '@lodestar/api'
import type { BeaconConfig } from '@lodestar/config'
import { ofNetwork } from '../of-network.ts'

export type EventTopic = keyof routes.events.EventData
export type BeaconEvent = routes.events.BeaconEvent

/** Tells the hub of what happens, through `emit`, until the function that it returns is called. */
export type EventSource = (hub: EventEmission) => () => void

export interface EventEmission {
  /** Whether anybody listens: an event that nobody hears need not be made. */
  wants(topic: EventTopic): boolean
  emit(event: BeaconEvent): void
}

const eventSerdes = ofNetwork((config) => routes.events.getEventSerdes(config))

interface Subscriber {
  readonly topics: ReadonlySet<EventTopic>
  readonly receive: (text: string) => void
}

/**
 * Hands the events of one node to those who subscribed. While there is nobody it listens to nothing, so that a
 * node without subscribers pays nothing for it; an event is written out once for all.
 */
export class EventHub implements EventEmission {
  readonly #sources: readonly EventSource[]
  readonly #config: BeaconConfig
  readonly #subscribers = new Set<Subscriber>()
  #stops: readonly (() => void)[] = []

  constructor(config: BeaconConfig, sources: readonly EventSource[]) {
    this.#config = config
    this.#sources = sources
  }

  /** Number of subscribers. */
  get size(): number {
    return this.#subscribers.size
  }

  /**
   * @param receive is given each event as text of an event stream, and must not throw
   * @returns ends it
   */
  subscribe(topics: ReadonlySet<EventTopic>, receive: (text: string) => void): () => void {
    const subscriber = { topics, receive }
    this.#subscribers.add(subscriber)
    if (this.#subscribers.size === 1) this.#stops = this.#sources.map((listen) => listen(this))
    return () => {
      if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0) return
      for (const stop of this.#stops) stop()
      this.#stops = []
    }
  }

  wants(topic: EventTopic): boolean {
    for (const { topics } of this.#subscribers) if (topics.has(topic)) return true
    return false
  }

  emit(event: BeaconEvent): void {
    if (!this.wants(event.type)) return
    const text = `event: ${event.type}\ndata: ${JSON.stringify(eventSerdes(this.#config).toJson(event))}\n\n`
    for (const { topics, receive } of [...this.#subscribers]) if (topics.has(event.type)) receive(text)
  }
}
