import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NetworkHost } from '../../network/network-host.ts'
import type { Node } from '../../network/node.ts'
import type { NodePlan } from '../../plan/manifest.ts'
import { lastLogLines } from '../../processes/log-tail.ts'
import type { EndedFault } from '../fault-log.ts'
import type { FaultRecord, HistoryRecord } from '../history-record.ts'
import { describeFault } from './describe-fault.ts'
import type { FaultEvidence } from './evidence.ts'
import type { Subject, SubjectNode } from './subject.ts'

/** What is needed of the process's own network. */
export type ExaminedHost = Pick<
  NetworkHost,
  'saved' | 'directory' | 'nodes' | 'clock' | 'history' | 'recorder'
>

/** A network of this process, to be examined. */
export async function networkSubject(host: ExaminedHost, signal?: AbortSignal): Promise<Subject> {
  const { saved, clock, directory } = host
  const { records } = host.history
  const { inForce, ended } = host.recorder.faults
  const { manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash } = saved
  return {
    ...{ manifest, genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash },
    directory: directory.path,
    isRunning: true,
    nodes: await Promise.all(
      host.nodes.map(async (node) => ({
        ...(await subjectNode(node, directory.nodeDirectory(node.name))),
        unhinderedSinceMs: Math.max(runningSinceMs(node, records), lastHindranceMs(ended, node.plan)),
      })),
    ),
    faults: inForce.map(evidenceOf),
    pastFault: pastFaultOf(ended),
    latenessMs: latenessOf(records, clock),
    signal,
    nowMs: () => clock.nowMs,
  }
}

async function subjectNode(node: Node, directory: string): Promise<SubjectNode> {
  const { plan, state, crash, beaconApi, executionApi, execution } = node
  return {
    ...{ plan, state, beaconApi, executionApi },
    crash: crash && { ...crash, lastLines: lastLogLines(crash.logFile) },
    engineUrl: execution.engineUrl,
    jwtSecretFile: execution.jwtSecretFile,
    logFiles: await logFilesOf(directory),
  }
}

/** 0 where that is longer ago than the latest records. */
function runningSinceMs({ name }: Node, records: readonly HistoryRecord[]): number {
  const running = records.findLast(
    (record) => record.type === 'node' && record.node === name && record.state === 'running',
  )
  return running?.timeMs ?? 0
}

function pastFaultOf(ended: readonly EndedFault[]): Subject['pastFault'] {
  const last = ended.at(-1)
  return last && { description: evidenceOf(last.fault).description, endedMs: last.endedMs }
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

function evidenceOf({ kind, parameters, validators = [], cut = [] }: FaultRecord): FaultEvidence {
  return { kind, description: describeFault(kind, parameters), validators, isCut: cut.length > 0 }
}

/** When the last fault ended that kept a node's validators from voting, or the node from others. */
export function lastHindranceMs(
  ended: readonly EndedFault[],
  { name, validators: { first, count } }: Pick<NodePlan, 'name' | 'validators'>,
): number {
  const hindrances = ended.filter(
    ({ fault: { validators = [], cut = [] } }) =>
      validators.some((index) => index >= first && index < first + count) ||
      cut.some((edge) => edge.includes(name)),
  )
  return hindrances.at(-1)?.endedMs ?? 0
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
