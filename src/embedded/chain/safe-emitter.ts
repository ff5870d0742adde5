import { EventEmitter } from 'node:events'

/** An emitter whose listeners cannot break what they listen to, nor keep each other from being called. */
export class SafeEmitter<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events> {
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    super()
    this.#onError = onError
    this.setMaxListeners(0)
  }

  /** As `emit`, but a listener's error goes to the owner. */
  tell<Name extends keyof Events & string>(name: Name, ...event: Events[Name]): void {
    for (const listener of this.rawListeners(name as never)) {
      try {
        Reflect.apply(listener, this, event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
