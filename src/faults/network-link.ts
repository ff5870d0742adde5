import type { Manifest } from '../plan/manifest.ts'
import { checkedEdge } from './checked-groups.ts'
import type { Fault } from './fault.ts'
import { cutOf, type LayerOptions, shapeOf } from './fault-specs.ts'
import type { FaultCallOptions, FaultHandle, Faults } from './faults.ts'
import type { LinkShapeOptions } from './link-shape-options.ts'

/** The declared connection between two nodes: to be cut and made worse. Made by `network.link`. */
export class NetworkLink {
  readonly a: string
  readonly b: string
  readonly #faults: Faults
  readonly #manifest: () => Manifest

  /**
   * @internal
   * @throws {FaultError} when there is no such connection.
   */
  constructor({ a, b }: { a: string; b: string }, faults: Faults, manifest: () => Manifest) {
    checkedEdge(a, b, manifest())
    this.a = a
    this.b = b
    this.#faults = faults
    this.#manifest = manifest
  }

  /** Faults of this very link that are in force. */
  get faults(): readonly Fault[] {
    return this.#faults.inForce.filter((fault) => {
      if (fault.kind !== 'cut' && fault.kind !== 'shape') return false
      const { a, b } = fault.parameters
      return (a === this.a && b === this.b) || (a === this.b && b === this.a)
    })
  }

  /** Disconnects the two nodes; resolves when neither lists the other any more. @throws {FaultError} */
  async cut(options: LayerOptions & FaultCallOptions = {}): Promise<FaultHandle> {
    return this.#faults.begin(cutOf(this.#manifest(), this.a, this.b, options), options)
  }

  /**
   * Delays, loses or holds up what crosses. Several shapes of one link add up: latencies and jitters are
   * summed, losses are independent, the narrowest bandwidth holds.
   *
   * @throws {FaultError} for values out of their bounds, and for what this kind of link cannot do.
   *
   * @example
   * await using slow = await network.link('node-0', 'node-1').shape({ latencyMs: 200, direction: 'forward' })
   */
  async shape({
    signal,
    ...options
  }: LinkShapeOptions & LayerOptions & FaultCallOptions): Promise<FaultHandle> {
    return this.#faults.begin(shapeOf(this.#manifest(), this, options), { signal })
  }

  /** Ends the faults of this very link; those of others, as a partition, stay. @throws {FaultError} */
  async heal(options: FaultCallOptions = {}): Promise<void> {
    await this.#faults.end(this.faults, options)
  }
}
