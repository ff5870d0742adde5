/**
 * Remembers values for as long as somebody else holds them. Shared work is memoised in these, so that what
 * no node needs any more is freed without any node having to say so.
 */
export class WeakMemo<Value extends object> {
  readonly #references = new Map<string, WeakRef<Value>>()
  readonly #registry = new FinalizationRegistry<string>((key) => {
    // Another value may have been stored under the key since.
    if (this.#references.get(key)?.deref() === undefined) this.#references.delete(key)
  })

  get(key: string): Value | undefined {
    return this.#references.get(key)?.deref()
  }

  set(key: string, value: Value): void {
    this.#references.set(key, new WeakRef(value))
    this.#registry.register(value, key)
  }

  /** Entries not yet found to be gone. */
  get size(): number {
    return this.#references.size
  }
}
