import { LinkError } from './errors.ts'

/** How a link treats what crosses it, the same in both directions. */
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

/** A declared connection between two nodes. It can be cut and healed, and made slow or lossy, at any time. */
export class Link {
  readonly ends: readonly [string, string]
  readonly #seed: number
  readonly #onChange: (link: Link) => void
  #quality: LinkQuality
  #isUp = true

  constructor({ ends, seed, onChange, delayMs, jitterMs, loss }: LinkOptions) {
    this.ends = ends
    this.#seed = seed
    this.#onChange = onChange
    this.#quality = checked({ delayMs, jitterMs, loss })
  }

  get quality(): LinkQuality {
    return this.#quality
  }

  /** Changes what is sent from now on. @throws {LinkError} */
  setQuality(quality: Partial<LinkQuality>): void {
    this.#quality = checked({ ...this.#quality, ...quality })
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
  transferMs(direction: number, transfer: number): number {
    const { delayMs, jitterMs } = this.#quality
    if (jitterMs === 0) return delayMs
    return delayMs + (mixed(this.#seed, 2 * direction, transfer) % (jitterMs + 1))
  }

  /** Whether a transfer gets lost. */
  loses(direction: number, transfer: number): boolean {
    const { loss } = this.#quality
    return loss > 0 && mixed(this.#seed, 2 * direction + 1, transfer) < loss * 2 ** 32
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
