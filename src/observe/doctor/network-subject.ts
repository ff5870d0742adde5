import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NetworkHost } from '../../network/network-host.ts'
import type { Node } from '../../network/node.ts'
import { lastLogLines } from '../../processes/log-tail.ts'
import type { HistoryRecord } from '../history-record.ts'
import type { FaultEvidence } from './evidence.ts'
import type { Subject, SubjectNode } from './subject.ts'

/** What is needed of the process's own network. */
export type ExaminedHost = Pick<NetworkHost, 'saved' | 'directory' | 'nodes' | 'clock' | 'history'>

/** A network of this process, to be examined. */
export async function networkSubject(host: ExaminedHost): Promise<Subject> {
  const { saved, clock, directory } = host
  const { records } = host.history
  const { manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash } = saved
  return {
    ...{ manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash },
    directory: directory.path,
    isRunning: true,
    nodes: await Promise.all(
      host.nodes.map((node) => subjectNode(node, directory.nodeDirectory(node.name), records)),
    ),
    faults: faultsInForce(records),
    latenessMs: latenessOf(records, clock),
    nowMs: () => clock.nowMs,
  }
}

async function subjectNode(
  node: Node,
  directory: string,
  records: readonly HistoryRecord[],
): Promise<SubjectNode> {
  const { plan, state, crash, beaconApi, executionApi, execution } = node
  const running = records.findLast(
    (record) => record.type === 'node' && record.node === node.name && record.state === 'running',
  )
  return {
    ...{ plan, state, beaconApi, executionApi },
    runningSinceMs: running?.timeMs,
    crash: crash && { ...crash, lastLines: lastLogLines(crash.logFile) },
    engineUrl: execution.engineUrl,
    jwtSecretFile: execution.jwtSecretFile,
    logFiles: await logFilesOf(directory),
  }
}

/** Logs of all clients of a node. */
export async function logFilesOf(nodeDirectory: string): Promise<string[]> {
  const folder = join(nodeDirectory, 'logs')
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(folder, name))
}

/** Faults that have begun and not ended. */
export function faultsInForce(records: readonly HistoryRecord[]): FaultEvidence[] {
  const inForce = new Map<string, FaultEvidence>()
  for (const record of records) {
    if (record.type !== 'fault') continue
    const { id, kind, parameters, validators = [] } = record
    const description = describeFault(kind, parameters)
    if (record.phase === 'begin') inForce.set(id, { kind, description, validators })
    else inForce.delete(id)
  }
  return [...inForce.values()]
}

const descriptionMax = 160

/** `partition: node-0, node-1 | node-2, node-3`, `skew: node node-1, skewMs 1500`. */
function describeFault(
  kind: string,
  { groups, layers, ...others }: Readonly<Record<string, unknown>>,
): string {
  const isGroups = Array.isArray(groups) && groups.every(Array.isArray)
  const text = [
    ...(isGroups ? [groups.map((group) => group.join(', ')).join(' | ')] : []),
    ...Object.entries(others).map(
      ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ].join(', ')
  return (text === '' ? kind : `${kind}: ${text}`).slice(0, descriptionMax)
}

/** Slots of which blocks count as the latest. */
const slotsLooked = 16

/** When the first node had each block of the latest slots, milliseconds from the start of its slot. */
export function latenessOf(
  records: readonly HistoryRecord[],
  clock: Pick<NetworkHost['clock'], 'currentSlot' | 'startOf'>,
): number[] {
  const firstMs = new Map<string, number>()
  for (const record of records) {
    if (record.type !== 'block' || record.slot <= clock.currentSlot - slotsLooked) continue
    const latenessMs = record.timeMs - clock.startOf(record.slot)
    firstMs.set(record.root, Math.min(latenessMs, firstMs.get(record.root) ?? latenessMs))
  }
  return [...firstMs.values()]
}
