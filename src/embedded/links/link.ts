import { LinkError } from './errors.ts'
import type { LinkShape, LinkState } from './link-state.ts'

/** How a link treats what crosses it by itself, the same in both directions. */
export interface LinkQuality {
  /** Whole milliseconds, at least 1. */
  readonly delayMs: number
  /** Added to the delay: a whole number from 0 to this, for each transfer anew. */
  readonly jitterMs: number
  /** Share of transfers that get lost, 0 to 1. */
  readonly loss: number
}

export interface LinkOptions extends LinkQuality {
  /** Ids of the nodes at its ends; the first was added first. */
  readonly ends: readonly [string, string]
  /** 32 bits: decides jitter and loss. */
  readonly seed: number
  readonly onChange: (link: Link) => void
}

/** Of a link: 0 from its first end to the second, 1 back. */
export type LinkDirection = 0 | 1

/** What a direction of a link comes to: its own quality and what was added to it. */
interface Effective extends LinkQuality {
  readonly bytesPerMs: number
}

/** A declared connection between two nodes. It can be cut and healed, and made slow or lossy, at any time. */
export class Link {
  readonly ends: readonly [string, string]
  readonly #seed: number
  readonly #onChange: (link: Link) => void
  #quality: LinkQuality
  #shapes: readonly [LinkShape | undefined, LinkShape | undefined] = [undefined, undefined]
  #effective: readonly [Effective, Effective]
  #isUp = true

  constructor({ ends, seed, onChange, delayMs, jitterMs, loss }: LinkOptions) {
    this.ends = ends
    this.#seed = seed
    this.#onChange = onChange
    this.#quality = checked({ delayMs, jitterMs, loss })
    this.#effective = this.#withShapes()
  }

  get quality(): LinkQuality {
    return this.#quality
  }

  /** Changes what is sent from now on. @throws {LinkError} */
  setQuality(quality: Partial<LinkQuality>): void {
    this.#quality = checked({ ...this.#quality, ...quality })
    this.#effective = this.#withShapes()
  }

  /**
   * Cuts or heals the link, and puts shapes on top of its own quality, for what is sent from now on.
   *
   * @param first the end from which `forward` leads
   */
  setState({ isUp, forward, backward }: LinkState, first: string): void {
    this.#shapes = first === this.ends[0] ? [forward, backward] : [backward, forward]
    this.#effective = this.#withShapes()
    this.setUp(isUp)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Cuts the link, and what is under way is lost; or heals it, and its ends connect again if they can. */
  setUp(isUp: boolean): void {
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    this.#onChange(this)
  }

  /**
   * How long a transfer takes. It depends on the seed, the direction and the transfer's number alone: one
   * transfer more or less changes nothing for the others.
   */
  transferMs(direction: LinkDirection, transfer: number): number {
    const { delayMs, jitterMs } = this.#effective[direction]
    if (jitterMs === 0) return delayMs
    return delayMs + (mixed(this.#seed, 2 * direction, transfer) % (jitterMs + 1))
  }

  /** Whether a transfer gets lost. */
  loses(direction: LinkDirection, transfer: number): boolean {
    const { loss } = this.#effective[direction]
    return loss > 0 && mixed(this.#seed, 2 * direction + 1, transfer) < loss * 2 ** 32
  }

  /** What can be sent in a millisecond; infinite unless the bandwidth is bounded. */
  bytesPerMs(direction: LinkDirection): number {
    return this.#effective[direction].bytesPerMs
  }

  #withShapes(): readonly [Effective, Effective] {
    const [forward, backward] = this.#shapes
    return [shaped(this.#quality, forward), shaped(this.#quality, backward)]
  }
}

function shaped({ delayMs, jitterMs, loss }: LinkQuality, shape: LinkShape | undefined): Effective {
  if (shape === undefined) return { delayMs, jitterMs, loss, bytesPerMs: Number.POSITIVE_INFINITY }
  const { bandwidthKbps } = shape
  return {
    delayMs: delayMs + shape.latencyMs,
    jitterMs: jitterMs + shape.jitterMs,
    loss: loss === 0 ? shape.lossPercent / 100 : 1 - (1 - loss) * (1 - shape.lossPercent / 100),
    // A kilobit a second is a bit, an eighth of a byte, a millisecond.
    bytesPerMs: bandwidthKbps === undefined ? Number.POSITIVE_INFINITY : bandwidthKbps / 8,
  }
}

function checked(quality: LinkQuality): LinkQuality {
  const { delayMs, jitterMs, loss } = quality
  const isFine =
    Number.isSafeInteger(delayMs) && delayMs >= 1 && Number.isSafeInteger(jitterMs) && jitterMs >= 0
  if (isFine && loss >= 0 && loss <= 1) return quality
  throw new LinkError(
    `A link cannot have a delay of ${delayMs} ms, a jitter of ${jitterMs} ms and a loss of ${loss}.`,
    { ...quality },
  )
}

/** 32 bits that look random, from a seed, a purpose and a number (the finalizer of MurmurHash3). */
function mixed(seed: number, purpose: number, number: number): number {
  let bits = seed ^ Math.imul(purpose + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca77)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
