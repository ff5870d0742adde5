/** Values kept for the median and the like. */
const keptMax = 4_096

/** Count, mean and quantiles of numbers, in bounded memory. */
export class Figures {
  readonly #kept: number[] = []
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY

  add(value: number): void {
    this.#count += 1
    this.#sum += value
    this.#min = Math.min(this.#min, value)
    // The latest ones replace the oldest: a soak asks whether things get worse.
    this.#kept[(this.#count - 1) % keptMax] = value
  }

  get count(): number {
    return this.#count
  }

  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count
  }

  get min(): number | undefined {
    return this.#count === 0 ? undefined : this.#min
  }

  /** Of the latest values. @param share 0.5 for the median */
  quantile(share: number): number | undefined {
    const sorted = [...this.#kept].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  }
}
