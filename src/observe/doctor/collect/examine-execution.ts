import { z } from 'zod'
import type { ExecutionEvidence } from '../evidence.ts'
import type { Subject, SubjectNode } from '../subject.ts'
import { ask, askFor } from './bounded.ts'

/** `eth_syncing` is false, or tells how far it is. */
const syncingSchema = z.union([z.literal(false), z.object({}).transform(() => true)])

/** Everything that a node's execution JSON-RPC tells. */
export async function examineExecution(
  { manifest, signal }: Subject,
  { executionApi }: SubjectNode,
): Promise<ExecutionEvidence> {
  const head = await ask((options) => executionApi.block('latest', options), { signal })
  if (head.problem !== undefined) return { problem: head.problem }
  const [genesis, isSyncing, peers] = await Promise.all([
    askFor((options) => executionApi.block('0x0', options), { signal }),
    askFor((options) => executionApi.call('eth_syncing', [], syncingSchema, options), { signal }),
    askFor((options) => executionApi.connectedPeers(options), { signal }),
  ])
  const nameOf = (id: string) => manifest.nodes.find(({ devp2p }) => devp2p.nodeId.slice(2) === id)?.name
  return {
    isSyncing,
    genesisHash: genesis?.hash,
    head: head.value === null ? undefined : { number: head.value.number, hash: head.value.hash },
    peers: peers?.map((id) => nameOf(id) ?? id),
  }
}
