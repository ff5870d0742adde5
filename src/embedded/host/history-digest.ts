import { createHash } from 'node:crypto'

/** Characters after which they are hashed together: each call of the hash costs more than what it hashes. */
const bufferedMax = 2 ** 16

/**
 * A running SHA-256 of what happens in a network: every block that a node imports, every head, vote and
 * finality event, each with its time, in the order in which they happen.
 */
export class HistoryDigest {
  readonly #hash = createHash('sha256')
  #buffered = ''

  /** @param words must not contain spaces or line breaks */
  add(timeMs: number, node: string, ...words: readonly (string | number)[]): void {
    this.#buffered += `${timeMs} ${node} ${words.join(' ')}\n`
    if (this.#buffered.length > bufferedMax) this.#flush()
  }

  /** Hexadecimal. The history may go on afterwards. */
  get(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#buffered)
    this.#buffered = ''
  }
}
