import type {
  FaultRecord,
  HistoryRecord,
  NodeRecord,
  RunRecord,
  SlotRecord,
} from '../../../../src/observe/history-record.ts'

export const slotDurationMs = 2_000
export const slotsPerEpoch = 8
export const genesisTimeMs = 1_700_000_000_000

/** A root for each number. */
export function rootOf(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}${'0'.repeat(56)}`
}

export function timeOf(slot: number): number {
  return genesisTimeMs + (slot + 0.9) * slotDurationMs
}

/** The beginning of a run of four nodes with 16 validators each, in a ring. */
export function exampleRun(change: Partial<RunRecord> = {}): RunRecord {
  const names = [0, 1, 2, 3].map((index) => `node-${index}`)
  return {
    type: 'run',
    timeMs: genesisTimeMs,
    formatVersion: 1,
    version: '0.1.0',
    network: 'example',
    seed: 7,
    time: 'virtual',
    genesisTimeMs,
    chain: { chainId: 1337, preset: 'minimal', slotDurationMs, slotsPerEpoch, forks: { electra: 0 } },
    validators: 64,
    nodes: names.map((name, index) => ({
      name,
      execution: 'embedded',
      consensus: 'embedded',
      validators: { first: 16 * index, count: 16 },
    })),
    edges: names.map((a, index) => ({ a, b: names[(index + 1) % 4] ?? a })),
    ...change,
  }
}

export function nodeState(node: string, state: NodeRecord['state'], slot = 0): NodeRecord {
  return { type: 'node', timeMs: timeOf(slot), node, state }
}

/** A run whose nodes all run, and which is ready. */
export function healthyStart(): HistoryRecord[] {
  const run = exampleRun()
  const running = run.nodes.map(({ name }) => nodeState(name, 'running'))
  return [run, ...running, { type: 'network', timeMs: genesisTimeMs, state: 'ready' }]
}

/** A slot in which all went well. */
export function goodSlot(slot: number, change: Partial<SlotRecord> = {}): SlotRecord {
  const epoch = Math.floor(slot / slotsPerEpoch)
  return {
    type: 'slot',
    timeMs: timeOf(slot),
    slot,
    epoch,
    blockRoot: rootOf(slot),
    proposerIndex: slot % 64,
    proposerNode: 'node-0',
    headSlot: slot,
    headRoot: rootOf(slot),
    nodesAtHead: 4,
    nodesRunning: 4,
    justifiedEpoch: Math.max(0, epoch - 1),
    finalizedEpoch: Math.max(0, epoch - 2),
    ...change,
  }
}

/** Slots from one to another, that one included. */
export function slots(from: number, to: number, change: Partial<SlotRecord> = {}): SlotRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => goodSlot(from + index, change))
}

/** Cuts two of the four nodes off, by both edges between the halves. */
export function split(phase: 'begin' | 'end', slot: number): FaultRecord {
  const cut: [string, string][] = [
    ['node-1', 'node-2'],
    ['node-3', 'node-0'],
  ]
  const fault = { id: 'partition-1', kind: 'partition', parameters: {} }
  return { type: 'fault', timeMs: timeOf(slot), phase, ...fault, ...(phase === 'begin' ? { cut } : {}) }
}
