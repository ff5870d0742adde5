import type { BlockStore } from '../chain/block-store.ts'
import type { ExecutionEngine } from '../engine/execution-engine.ts'
import type { ExecutionNode } from '../execution/execution-node.ts'
import type { Protocol } from '../protocol/protocol.ts'

/**
 * Brings an execution node, which has no store of its own, to the block that its beacon node has finalized:
 * the payloads of all finalized blocks are executed again. The blocks after that follow when the beacon node
 * imports them. Of several nodes that start together, the first does the work for all.
 *
 * @throws StoreError
 */
export async function restoreExecution(parts: {
  store: BlockStore
  protocol: Protocol
  engine: ExecutionEngine
  node: ExecutionNode
}): Promise<void> {
  const { store, protocol, engine, node } = parts
  const stored = await store.loadAnchor()
  if (stored === undefined || node.chain.head.record.number > 0) return
  for (let slot = 1; slot <= stored.anchor.slot; slot++) {
    const root = await store.getFinalizedRoot(slot)
    const bytes = root === undefined ? undefined : await store.getBlock(root)
    if (bytes !== undefined) await engine.notifyNewPayload(protocol.decodeBlock(bytes))
  }
}

/**
 * Brings an execution client of another process, which may have lost blocks in a crash, to the block that its
 * beacon node has finalized, by an engine that gives it what it lacks.
 *
 * @throws StoreError
 * @throws EngineUnavailableError
 */
export async function refillExecution(parts: {
  store: BlockStore
  protocol: Protocol
  engine: ExecutionEngine
}): Promise<void> {
  const { store, protocol, engine } = parts
  const stored = await store.loadAnchor()
  if (stored === undefined || stored.anchor.slot === 0) return
  await engine.notifyNewPayload(protocol.decodeBlock(stored.anchor.blockBytes))
}
