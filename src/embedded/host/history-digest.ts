import { createHash } from 'node:crypto'

/**
 * A running SHA-256 of what happens in a network: every block that a node imports, every head, vote and
 * finality event, each with its time, in the order in which they happen.
 */
export class HistoryDigest {
  readonly #hash = createHash('sha256')

  /** @param words must not contain spaces or line breaks */
  add(timeMs: number, node: string, ...words: readonly (string | number)[]): void {
    this.#hash.update(`${timeMs} ${node} ${words.join(' ')}\n`)
  }

  /** Hexadecimal. The history may go on afterwards. */
  get(): string {
    return this.#hash.copy().digest('hex')
  }
}
