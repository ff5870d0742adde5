import { healthyLink, type LinkState } from '../embedded/links/link-state.ts'
import type { EdgePlan } from '../plan/manifest.ts'
import type { EffectiveLink } from './effective-links.ts'
import type { FaultLayer } from './fault.ts'

export type SetLink = (edge: EdgePlan, layer: FaultLayer, state: LinkState) => void | Promise<void>

/**
 * Brings the links of a network to what is wanted of them: it knows what it asked of each, and asks again only
 * where that differs.
 */
export class LinkReconciler {
  readonly #setLink: SetLink
  /** What was last asked of each link, as JSON; those that are not here are healthy. */
  readonly #applied = new Map<string, string>()
  #turn: Promise<void> = Promise.resolve()

  constructor(setLink: SetLink) {
    this.#setLink = setLink
  }

  /**
   * Resolves when every link is as wanted.
   *
   * @param wanted called when its turn has come, since it may have changed until then
   */
  reconcile(wanted: () => readonly EffectiveLink[]): Promise<void> {
    const done = this.#turn.then(() => this.#apply(wanted()))
    // One caller's failure is not the next one's.
    this.#turn = done.catch(() => {})
    return done
  }

  async #apply(links: readonly EffectiveLink[]): Promise<void> {
    const keys = new Set(links.map(keyOf))
    // An edge that comes back under the name of a removed one is a new one.
    for (const key of this.#applied.keys()) if (!keys.has(key)) this.#applied.delete(key)
    await Promise.all(
      links.map(async (link) => {
        const state = JSON.stringify(link.state)
        if (state === (this.#applied.get(keyOf(link)) ?? healthyState)) return
        // Should it fail, nobody knows how the link is.
        this.#applied.set(keyOf(link), '')
        await this.#setLink(link.edge, link.layer, link.state)
        this.#applied.set(keyOf(link), state)
      }),
    )
  }
}

const healthyState = JSON.stringify(healthyLink)

function keyOf({ edge, layer }: EffectiveLink): string {
  return `${layer}/${edge.address}/${edge.a}/${edge.b}`
}
