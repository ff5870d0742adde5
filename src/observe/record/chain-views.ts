import type { NodeState } from './node-state.ts'

/** What a node last said of its chain. */
export interface ChainView {
  readonly headSlot?: number
  readonly headRoot?: string
  readonly justifiedEpoch?: number
  readonly finalizedEpoch?: number
}

export interface CommonView extends ChainView {
  readonly nodesAtHead: number
  readonly nodesRunning: number
}

/** What each node last said, as far as it runs. */
export class ChainViews {
  readonly #views = new Map<string, ChainView>()
  readonly #running = new Set<string>()

  of(node: string): ChainView {
    return this.#views.get(node) ?? {}
  }

  update(node: string, change: ChainView): void {
    this.#views.set(node, { ...this.of(node), ...change })
  }

  setState(node: string, state: NodeState): void {
    if (state === 'running') this.#running.add(node)
    else this.#running.delete(node)
    // Where it goes on from is for it to say.
    if (state === 'stopped' || state === 'failed' || state === 'removed') this.#views.delete(node)
  }

  /** The view whose head most running nodes share; of several, the one with the highest slot. */
  common(): CommonView {
    const nodesAt = new Map<string, number>()
    const views = [...this.#running].map((node) => this.of(node))
    for (const { headRoot } of views) {
      if (headRoot !== undefined) nodesAt.set(headRoot, (nodesAt.get(headRoot) ?? 0) + 1)
    }
    const support = ({ headRoot = '' }: ChainView) => nodesAt.get(headRoot) ?? 0
    const better = (a: ChainView, b: ChainView) =>
      support(b) - support(a) || (b.headSlot ?? 0) - (a.headSlot ?? 0)
    const [best = {}] = views.filter(({ headRoot }) => headRoot !== undefined).sort(better)
    return { ...best, nodesAtHead: support(best), nodesRunning: this.#running.size }
  }
}
