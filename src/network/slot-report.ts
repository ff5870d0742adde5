import type { Manifest } from '../plan/manifest.ts'
import type { NodeView } from './errors.ts'
import type { Node } from './node.ts'
import type { SlotClock } from './slot-clock.ts'
import { viewsOf } from './views.ts'

/** What happened in one slot, as most of the running nodes see it. */
export interface SlotReport {
  readonly slot: number
  readonly epoch: number
  /** Root of the block of this slot; undefined when the slot was missed. */
  readonly blockRoot: string | undefined
  readonly proposerIndex: number | undefined
  /** Name of the node that holds the proposer's key. */
  readonly proposerNode: string | undefined
  readonly headSlot: number | undefined
  readonly headRoot: string | undefined
  /** Nodes that have this head, and nodes that run. */
  readonly nodesAtHead: number
  readonly nodesRunning: number
  readonly justifiedEpoch: number | undefined
  readonly finalizedEpoch: number | undefined
}

/** When in the slot it is reported: late enough for the block and its votes to have travelled. */
const reportAtFraction = 0.9

export async function* watchSlots(
  network: { readonly manifest: Manifest; readonly nodes: readonly Node[] },
  clock: SlotClock,
  signal: AbortSignal,
): AsyncGenerator<SlotReport> {
  try {
    for (let slot = Math.max(0, clock.currentSlot); ; slot = Math.max(slot + 1, clock.currentSlot)) {
      await clock.until(slot + reportAtFraction, signal)
      yield await reportOf(slot, network, clock, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function reportOf(
  slot: number,
  { manifest, nodes }: { readonly manifest: Manifest; readonly nodes: readonly Node[] },
  clock: SlotClock,
  signal: AbortSignal,
): Promise<SlotReport> {
  const running = nodes.filter((node) => node.state === 'running')
  const views = (await viewsOf(running, signal)).filter((view) => view.headRoot !== undefined)
  const head = mostCommonHead(views)
  const asked = running.find((node) => node.name === head?.name)
  const block =
    head && head.headSlot === slot
      ? await asked?.beaconApi.header(slot, { signal }).catch(() => undefined)
      : undefined
  signal.throwIfAborted()
  return {
    slot,
    epoch: clock.epochOf(slot),
    blockRoot: block?.root,
    proposerIndex: block?.proposerIndex,
    proposerNode: block && holderOf(block.proposerIndex, manifest),
    headSlot: head?.headSlot,
    headRoot: head?.headRoot,
    nodesAtHead: views.filter((view) => view.headRoot === head?.headRoot).length,
    nodesRunning: running.length,
    justifiedEpoch: head?.justifiedEpoch,
    finalizedEpoch: head?.finalizedEpoch,
  }
}

/** The view whose head most nodes share; of several, the one with the highest slot. */
function mostCommonHead(views: readonly NodeView[]): NodeView | undefined {
  const support = (view: NodeView) => views.filter(({ headRoot }) => headRoot === view.headRoot).length
  return [...views].sort((a, b) => support(b) - support(a) || (b.headSlot ?? 0) - (a.headSlot ?? 0))[0]
}

/** Name of the node that holds a validator's key, while it is in the network. */
export function holderOf(validatorIndex: number, manifest: Manifest): string | undefined {
  return manifest.nodes.find(
    ({ validators: { first, count } }) => validatorIndex >= first && validatorIndex < first + count,
  )?.name
}
