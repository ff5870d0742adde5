/** Writes that may be under way before whoever causes more waits for them. */
const UNDER_WAY_MAX = 64

/** Writes that somebody may want to wait for. One that fails is told of, and waited for like the others. */
export class PendingWrites {
  readonly #onError: (error: unknown) => void
  #latest: Promise<void> = Promise.resolve()
  #underWay = 0

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  add(write: Promise<unknown>): void {
    const before = this.#latest
    this.#latest = this.#end(write, before)
  }

  /** Resolves when all writes so far have ended. Never rejects. */
  settled(): Promise<void> {
    return this.#latest
  }

  /** The same when there are many, otherwise at once: a slow disk slows down who uses it. */
  async bounded(): Promise<void> {
    if (this.#underWay > UNDER_WAY_MAX) await this.#latest
  }

  async #end(write: Promise<unknown>, before: Promise<void>): Promise<void> {
    this.#underWay += 1
    try {
      await write
    } catch (error) {
      this.#onError(error)
    }
    this.#underWay -= 1
    await before
  }
}
