/** A way to read a value: yields how many bytes it wants next, and gets just these. */
export type Reading<Value> = Generator<number, Value, Uint8Array>

/**
 * Reads values, one after the other, from bytes that arrive in pieces of any size. It keeps no more than a
 * reading has asked for, besides what has come too early.
 */
export class ByteParser<Value> {
  readonly #begin: () => Reading<Value>
  #pieces: Uint8Array[] = []
  #available = 0
  #reading: Reading<Value> | undefined
  #wanted = 0

  /** @param begin makes a reading of one value, which must ask for a byte at least */
  constructor(begin: () => Reading<Value>) {
    this.#begin = begin
  }

  /** Whether all bytes belong to values that are complete. */
  get isBetweenValues(): boolean {
    return this.#reading === undefined && this.#available === 0
  }

  /**
   * Adds bytes, and yields the values that are complete now.
   *
   * @throws whatever the reading throws; it is of no use to go on then
   */
  *push(piece: Uint8Array): Generator<Value, void, undefined> {
    this.#pieces.push(piece)
    this.#available += piece.length
    for (;;) {
      if (this.#reading === undefined) {
        if (this.#available === 0) return
        this.#reading = this.#begin()
        this.#wanted = wantedBy(this.#reading.next())
      }
      if (this.#available < this.#wanted) return
      const step = this.#reading.next(this.#take(this.#wanted))
      if (!step.done) this.#wanted = step.value
      else {
        this.#reading = undefined
        yield step.value
      }
    }
  }

  #take(count: number): Uint8Array {
    const [first] = this.#pieces
    if (first === undefined || count === 0) return new Uint8Array(0)
    this.#available -= count
    if (first.length > count) {
      this.#pieces[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    return this.#takePieces(count)
  }

  #takePieces(count: number): Uint8Array {
    const taken = new Uint8Array(count)
    let filled = 0
    let pieces = 0
    while (filled < count) {
      const piece = this.#pieces[pieces]
      if (piece === undefined) break
      const part = piece.subarray(0, count - filled)
      taken.set(part, filled)
      filled += part.length
      if (part.length === piece.length) pieces++
      else this.#pieces[pieces] = piece.subarray(part.length)
    }
    this.#pieces = this.#pieces.slice(pieces)
    return taken
  }
}

function wantedBy<Value>(step: IteratorResult<number, Value>): number {
  if (step.done) throw new TypeError('A reading has to ask for a byte at least.')
  return step.value
}
