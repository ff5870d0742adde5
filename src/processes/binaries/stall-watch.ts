/** A signal that aborts when nothing has happened for a while, or when another signal does. */
export class StallWatch implements Disposable {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(timeoutMs: number, outer?: AbortSignal) {
    this.timeoutMs = timeoutMs
    this.#timer = setTimeout(() => this.#controller.abort(), timeoutMs)
    const own = this.#controller.signal
    this.signal = outer ? AbortSignal.any([own, outer]) : own
  }

  get isStalled(): boolean {
    return this.#controller.signal.aborted
  }

  /** Something happened: count from now. */
  restart(): void {
    this.#timer.refresh()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
