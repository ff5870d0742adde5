import type { Clock, Timer } from '../clock/clock.ts'
import type { Root } from '../fork-choice/types.ts'

export interface HeldMessagesOptions {
  readonly clock: Clock
  /** How far ahead of its time a message may be. */
  readonly aheadMsMax: number
  /** How long a message waits for a block. */
  readonly patienceMs: number
  /** @default 2048, two messages of each of a thousand validators */
  readonly countMax?: number
  /** @default 64 MiB, some blocks of the largest size there is */
  readonly bytesMax?: number
}

interface Waiting {
  readonly timer: Timer
  readonly resolve: ((isThere: boolean) => void)[]
}

/**
 * Messages that came before what they need: a block that is not known yet, or their own time. Their number,
 * size and time are bounded: what finds no room is not held, and is lost as on a bad line.
 */
export class HeldMessages {
  readonly #options: Required<HeldMessagesOptions>
  readonly #byBlock = new Map<Root, Waiting>()
  #count = 0
  #bytes = 0

  constructor(options: HeldMessagesOptions) {
    this.#options = { countMax: 2048, bytesMax: 64 * 1024 * 1024, ...options }
  }

  get count(): number {
    return this.#count
  }

  /** @returns whether the block has come, when that is known; undefined when there is no room */
  untilBlock(root: Root, sizeBytes: number): Promise<boolean> | undefined {
    const { clock, patienceMs } = this.#options
    return this.#hold(sizeBytes, (resolve) => {
      let waiting = this.#byBlock.get(root)
      if (waiting === undefined) {
        const timer = clock.at(clock.nowMs + patienceMs, () => this.#end(root, false))
        waiting = { timer, resolve: [] }
        this.#byBlock.set(root, waiting)
      }
      waiting.resolve.push(resolve)
    })
  }

  /** @returns true, when it is time; undefined when there is no room, or that is too far away */
  untilTime(timeMs: number, sizeBytes: number): Promise<boolean> | undefined {
    const { clock, aheadMsMax } = this.#options
    if (timeMs - clock.nowMs > aheadMsMax) return undefined
    return this.#hold(sizeBytes, (resolve) => {
      clock.at(timeMs, () => resolve(true))
    })
  }

  /** What waited for the block goes on, in the order in which it came. */
  blockCame(root: Root): void {
    this.#end(root, true)
  }

  /** Nothing waits for a block any more. */
  clear(): void {
    for (const root of [...this.#byBlock.keys()]) this.#end(root, false)
  }

  #end(root: Root, isThere: boolean): void {
    const waiting = this.#byBlock.get(root)
    if (waiting === undefined) return
    this.#byBlock.delete(root)
    waiting.timer.cancel()
    for (const resolve of waiting.resolve) resolve(isThere)
  }

  #hold(
    sizeBytes: number,
    wait: (resolve: (isThere: boolean) => void) => void,
  ): Promise<boolean> | undefined {
    const { countMax, bytesMax } = this.#options
    if (this.#count >= countMax || this.#bytes + sizeBytes > bytesMax) return undefined
    this.#count += 1
    this.#bytes += sizeBytes
    return new Promise((resolve) => {
      wait((isThere) => {
        this.#count -= 1
        this.#bytes -= sizeBytes
        resolve(isThere)
      })
    })
  }
}
