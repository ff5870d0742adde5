import type { Evidence, LogLineEvidence, LogTopic, NodeEvidence } from '../evidence.ts'
import { blocksMissing } from './progress.ts'

/** Slots without a block after which the newest head of all counts as standing still: its proposers may be away. */
const slotsStillMax = 4
/** Blocks of the others that a node may lack before it counts as behind: the last ones are on their way. */
const blocksMissingMax = 1

/** Whether a node lacks blocks that others have, or, where it has the newest, the chain stands still. */
export function isBehind(node: NodeEvidence, evidence: Evidence): boolean {
  const { syncing } = node.consensus
  if (syncing === undefined) return false
  const newest = Math.max(...evidence.nodes.map(({ consensus }) => consensus.syncing?.headSlot ?? 0))
  if (syncing.headSlot === newest) return evidence.slots.first - newest > slotsStillMax
  return blocksMissing(node, evidence.nodes, evidence) > blocksMissingMax
}

/**
 * Whether a consensus client has lost its execution client: it says so, and it stands still. By itself what it
 * says is not enough: clients go on saying so for a minute after the other one is back.
 */
export function isCutOffFromEngine(node: NodeEvidence, evidence: Evidence): boolean {
  const { syncing } = node.consensus
  if (syncing === undefined || !syncing.isExecutionOffline) return false
  return syncing.isOptimistic || isBehind(node, evidence)
}

/** The newest line on a topic that was logged since the node stands still; of an unknown time, any. */
export function lineSinceHead(
  { logLines, consensus }: NodeEvidence,
  topic: LogTopic,
  { chain }: Evidence,
): LogLineEvidence | undefined {
  const headSlot = consensus.syncing?.headSlot ?? 0
  const sinceMs = chain.genesisTime * 1000 + headSlot * chain.slotDurationMs
  return logLines.findLast(
    (line) => line.topic === topic && (line.timeMs === undefined || line.timeMs > sinceMs),
  )
}
