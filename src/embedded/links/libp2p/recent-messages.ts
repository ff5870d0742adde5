/** Of messages that have just been, at most so many in each of two generations, and so many bytes. */
const generationCount = 8192
const generationBytes = 32 * 1024 * 1024

/**
 * The messages that have just come or gone, by their ids. Several nodes of this process may get one message,
 * each through a socket of its own; with this they all get the same bytes, and what follows from them is
 * worked out once.
 */
export class RecentMessages {
  #current = new Map<string, Uint8Array>()
  #previous = new Map<string, Uint8Array>()
  #bytes = 0

  /** The bytes under which the message is known to all, which must not be changed. */
  share(id: string, data: Uint8Array): Uint8Array {
    const known = this.#current.get(id) ?? this.#previous.get(id)
    if (known !== undefined) return known
    if (this.#current.size >= generationCount || this.#bytes >= generationBytes) {
      this.#previous = this.#current
      this.#current = new Map()
      this.#bytes = 0
    }
    this.#current.set(id, data)
    this.#bytes += data.length
    return data
  }
}
