import { type EndingSignal, endingSignals, Interruption } from './exit-code.ts'

/**
 * npm passes a Ctrl-C on to us that the terminal has sent us already, so that one key press arrives twice.
 * What comes this soon after the first is the same one.
 */
const echoMs = 500

export interface InterruptHandlers {
  /** The first request: now `signal` is aborted with it. */
  readonly onFirst?: (interruption: Interruption) => void
  /** A signal after the first one: whoever sends it does not want to wait. */
  readonly onRepeat?: (interruption: Interruption) => void
}

/** The part of `process` that is used here. */
export interface SignalSource {
  on(name: EndingSignal, listener: (name: EndingSignal) => void): unknown
  off(name: EndingSignal, listener: (name: EndingSignal) => void): unknown
}

/** Turns what can end a command into one AbortSignal, whose reason is an {@link Interruption}. */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController()
  readonly #handlers: InterruptHandlers
  readonly #source: SignalSource
  readonly #onSignal = (name: EndingSignal) => this.#receive(name)
  #firstMs: number | undefined

  /** @param source - where the signals come from */
  constructor(handlers: InterruptHandlers = {}, source: SignalSource = process) {
    this.#handlers = handlers
    this.#source = source
    for (const name of endingSignals) source.on(name, this.#onSignal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Asks for the end from within: once is enough, and more is no hurry. */
  request(reason: Interruption['reason']): void {
    if (this.signal.aborted) return
    const interruption = new Interruption(reason)
    this.#controller.abort(interruption)
    this.#handlers.onFirst?.(interruption)
  }

  #receive(name: EndingSignal): void {
    const now = performance.now()
    const isEcho = this.#firstMs !== undefined && now - this.#firstMs < echoMs
    this.#firstMs ??= now
    if (isEcho) return
    if (this.signal.aborted) this.#handlers.onRepeat?.(new Interruption(name))
    else this.request(name)
  }

  [Symbol.dispose](): void {
    for (const name of endingSignals) this.#source.off(name, this.#onSignal)
  }
}
