import type { Hex } from '../../../plan/manifest.ts'
import type { Clock, Timer } from '../../clock/clock.ts'

/** A neighbour in the topology, and where it listens. */
export interface Devp2pPeer {
  /** The public key, 64 bytes. */
  readonly nodeId: Hex
  readonly address: string
  readonly port: number
}

/** How long the second of two that know each other leaves it to the first to dial. */
const yieldMs = 1_000
const redialMsMin = 500
const redialMsMax = 5_000

/** Dials one peer again and again while it is not connected. */
export class StaticPeer {
  readonly peer: Devp2pPeer
  readonly #clock: Clock
  readonly #dial: (peer: Devp2pPeer) => void
  #timer: Timer | undefined
  #failures = 0
  #restsUntilMs = 0

  constructor(peer: Devp2pPeer, clock: Clock, dial: (peer: Devp2pPeer) => void) {
    this.peer = peer
    this.#clock = clock
    this.#dial = dial
  }

  /** Failed dials since it was connected. */
  get failures(): number {
    return this.#failures
  }

  /** Whether it is left alone for what it did. */
  get isResting(): boolean {
    return this.#clock.nowMs < this.#restsUntilMs
  }

  /** Both ends of an edge know each other; were both to dial at one moment, each would refuse the other. */
  start(ownId: Hex): void {
    this.#dialIn(ownId < this.peer.nodeId ? 0 : yieldMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  connected(): void {
    this.stop()
    this.#failures = 0
  }

  dialFailed(): void {
    this.#failures++
    this.#dialIn(Math.min(redialMsMax, redialMsMin * 2 ** Math.min(this.#failures - 1, 10)))
  }

  /** The connection has ended. @param restMs how long the peer is left alone */
  disconnected(restMs = 0): void {
    this.#restsUntilMs = this.#clock.nowMs + restMs
    this.#dialIn(Math.max(restMs, redialMsMin))
  }

  #dialIn(delayMs: number): void {
    this.stop()
    this.#timer = this.#clock.at(this.#clock.nowMs + delayMs, () => this.#dial(this.peer))
  }
}
