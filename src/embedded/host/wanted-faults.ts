import type { LinkState } from '../links/link-state.ts'
import type { Layer } from './host-methods.ts'

/** A link state that was asked for, and the end from which its `forward` leads. */
export interface WantedLink {
  readonly first: string
  readonly state: LinkState
}

/** What was asked of links and clocks, also of those that are not there yet. Nodes are meant by name. */
export class WantedFaults {
  readonly #links = new Map<string, WantedLink>()
  readonly #skewsMs = new Map<string, number>()

  setLink(layer: Layer, first: string, second: string, state: LinkState): void {
    this.#links.set(keyOf(layer, first, second), { first, state })
  }

  /** Undefined when nothing was ever asked of it. */
  link(layer: Layer, a: string, b: string): WantedLink | undefined {
    return this.#links.get(keyOf(layer, a, b))
  }

  setSkew(name: string, skewMs: number): void {
    this.#skewsMs.set(name, skewMs)
  }

  /** 0 for a clock that is right. */
  skewMs(name: string): number {
    return this.#skewsMs.get(name) ?? 0
  }

  /** A node is gone for good: another one may come by its name. */
  forget(name: string): void {
    this.#skewsMs.delete(name)
    for (const key of this.#links.keys()) {
      const [, a, b] = JSON.parse(key) as [string, string, string]
      if (a === name || b === name) this.#links.delete(key)
    }
  }
}

function keyOf(layer: Layer, a: string, b: string): string {
  return JSON.stringify([layer, ...[a, b].sort()])
}
