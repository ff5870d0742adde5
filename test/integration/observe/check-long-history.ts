import { join } from 'node:path'
import { checkHistory } from '../../../src/observe/checkers/checkers.ts'
import { History } from '../../../src/observe/history.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import {
  goodSlot,
  healthyStart,
  rootOf,
  slotsPerEpoch,
  timeOf,
} from '../../unit/observe/support/example-history.ts'

// A program of its own, as the heap is limited for a whole process: records a healthy run of so many slots in a
// directory, reads it again, and tells what the checkers make of it.
const [directory = '', count = '0'] = process.argv.slice(2)
const slotCount = Number(count)

/** What a slot of one node leaves, and a fault every hundred epochs. */
function* recordsOf(slot: number): Generator<HistoryRecord> {
  const [timeMs, root, node] = [timeOf(slot), rootOf(slot), 'node-0']
  yield { type: 'block', timeMs, node, slot, root, parentRoot: rootOf(slot - 1), proposerIndex: slot % 64 }
  yield { type: 'head', timeMs, node, slot, root }
  yield goodSlot(slot)
  const epoch = Math.floor(slot / slotsPerEpoch)
  if (slot % slotsPerEpoch !== 0 || epoch < 3) return
  yield { type: 'finalized', timeMs, node, epoch: epoch - 2, root: rootOf(slot - 16), slot: slot - 16 }
  yield { type: 'participation', timeMs, node, epoch: epoch - 2, source: 1, target: 1, head: 1 }
  if (epoch % 100 !== 0) return
  const fault = {
    type: 'fault',
    timeMs,
    id: `partition-${epoch}`,
    kind: 'partition',
    parameters: {},
  } as const
  yield { ...fault, phase: 'begin', cut: [['node-0', 'node-1']] }
  yield { ...fault, phase: 'end' }
}

const history = new History(join(directory, 'history.jsonl'))
history.open()
for (const record of healthyStart()) history.record(record)
for (let slot = 1; slot <= slotCount; slot++) for (const record of recordsOf(slot)) history.record(record)
const results = await checkHistory(history.read())
history.close()
console.log(
  JSON.stringify({
    kept: history.records.length,
    verdicts: Object.fromEntries(results.map(({ checker, verdict }) => [checker, verdict])),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
