import type { Clock } from '../clock/clock.ts'
import type { Channel } from './member.ts'

export interface TransferOptions {
  /** Time before which it does not arrive. */
  readonly earliestMs?: number
  /** Whether the link's loss applies. Not to a part of something whose other parts would arrive. */
  readonly canBeLost?: boolean
  /** What it takes of a bounded bandwidth. @default 0 */
  readonly bytes?: number
}

/** Whatever crosses a link and is not gossip. */
export class Transfers {
  readonly #clock: Clock
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Sends something, which arrives after the link's delay, unless the connection closes before, or it gets
   * lost. What follows from its arrival waits while the receiver is paused.
   *
   * @returns when it arrives, if it does
   */
  send(
    channel: Channel,
    onArrival: () => void | Promise<void>,
    { earliestMs = 0, canBeLost = true, bytes = 0 }: TransferOptions = {},
  ): number {
    const number = this.#count++
    const { nowMs } = this.#clock
    const arrivalMs = Math.max(channel.arrivalMs(nowMs, number, bytes), earliestMs)
    const isSent = !(canBeLost && channel.loses(number)) && channel.load(0)
    if (!isSent) return arrivalMs
    channel.occupy(nowMs, bytes)
    this.#clock.at(arrivalMs, () => {
      channel.unload(0)
      return channel.isOpen ? channel.to.take(onArrival) : undefined
    })
    return arrivalMs
  }
}
