import { messageOf } from '../errors.ts'
import { ConsensusError, type NodeView } from './errors.ts'
import type { Node } from './node.ts'
import { viewsOf } from './views.ts'

/** A head this many slots behind the foremost one is still on its way; one further behind has lost the chain. */
const maxLagSlots = 2

/**
 * Checks that all running nodes are on one chain: their heads are at most two slots apart, and at the slot
 * of the hindmost head every node has the same block root.
 *
 * @throws {ConsensusError} with each node's view.
 */
export async function assertConsensus(
  nodes: readonly Node[],
  { seed, signal }: { seed: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const running = nodes.filter((node) => node.state === 'running')
  const views = await viewsOf(running, signal)
  const fail = (problem: string) => new ConsensusError(problem, views, seed)
  if (running.length === 0) throw fail('No node is running, so there is no consensus.')
  const silent = views.filter((view) => view.headSlot === undefined)
  if (silent.length > 0) throw fail(`${silent.map(({ name }) => name).join(', ')} did not tell a head.`)

  const headSlots = views.map((view) => view.headSlot ?? 0)
  const commonSlot = Math.min(...headSlots)
  const lag = Math.max(...headSlots) - commonSlot
  if (lag > maxLagSlots) throw fail(`The heads are ${lag} slots apart; up to ${maxLagSlots} is normal.`)

  const roots = await Promise.all(
    running.map((node, i) =>
      rootAt(node, views[i], commonSlot, signal).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw fail(`${node.name} did not tell its block at slot ${commonSlot}: ${messageOf(error)}.`)
      }),
    ),
  )
  if (new Set(roots).size > 1) {
    const named = running.map((node, i) => `${node.name} ${roots[i] ?? 'none'}`).join(', ')
    throw fail(`The nodes have different blocks at slot ${commonSlot}: ${named}.`)
  }
}

/** As {@link assertConsensus}, as an answer: while blocks are on their way heads differ for a moment. */
export async function haveConsensus(...parameters: Parameters<typeof assertConsensus>): Promise<boolean> {
  try {
    await assertConsensus(...parameters)
    return true
  } catch (error) {
    if (error instanceof ConsensusError) return false
    throw error
  }
}

async function rootAt(
  node: Node,
  view: NodeView | undefined,
  slot: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (view?.headSlot === slot) return view.headRoot
  return (await node.beaconApi.header(slot, { signal }))?.root
}
