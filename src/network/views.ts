import { messageOf } from '../errors.ts'
import type { NodeView } from './errors.ts'
import type { Node } from './node.ts'

/** What a node says of the chain now; why not, when it does not answer. */
async function viewOf(node: Node, signal?: AbortSignal): Promise<NodeView> {
  const { name, state } = node
  if (state !== 'running')
    return { name, state, problem: node.crash ? `${node.crash.title} crashed` : 'does not run' }
  try {
    const options = { signal, timeoutMs: 5_000 }
    const [head, finality] = await Promise.all([
      node.beaconApi.header('head', options),
      node.beaconApi.finalityCheckpoints('head', options),
    ])
    return {
      name,
      state,
      headSlot: head?.slot,
      headRoot: head?.root,
      justifiedEpoch: finality.currentJustified.epoch,
      finalizedEpoch: finality.finalized.epoch,
      finalizedRoot: finality.finalized.root,
    }
  } catch (error) {
    signal?.throwIfAborted()
    return { name, state, problem: messageOf(error) }
  }
}

export function viewsOf(nodes: readonly Node[], signal?: AbortSignal): Promise<NodeView[]> {
  return Promise.all(nodes.map((node) => viewOf(node, signal)))
}
