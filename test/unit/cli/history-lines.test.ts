import { expect, it } from 'vitest'
import { HistoryLines } from '../../../src/cli/render/history-lines.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import {
  exampleRun,
  goodSlot,
  healthyStart,
  nodeState,
  rootOf,
  split,
  timeOf,
} from '../observe/support/example-history.ts'

const plain = (_format: unknown, text: string) => text

function draw(records: readonly HistoryRecord[]): string[] {
  const lines = new HistoryLines(plain)
  return records.flatMap((record) => lines.add(record))
}

function reorg(node: string): HistoryRecord {
  const heads = { oldHead: rootOf(1), newHead: rootOf(2) }
  return { type: 'reorg', timeMs: timeOf(3), node, slot: 3, depth: 2, ...heads }
}

it('draws a line for each slot', () => {
  expect(draw([...healthyStart(), goodSlot(9)])).toEqual([
    'slot     9  epoch    1  0x00000009…  by 9 (node-0)        heads 4/4  justified 0  finalized 0',
  ])
})

it('puts one line for all nodes that make a reorg before the slot in which they do', () => {
  expect(draw([reorg('node-0'), reorg('node-1'), goodSlot(3), goodSlot(4)]).slice(0, -1)).toEqual([
    '↺ reorg of depth 2: 0x00000001… -> 0x00000002… on node-0, node-1',
    expect.stringContaining('slot     3'),
  ])
})

it('tells the begin and the end of a fault', () => {
  const begin = { ...split('begin', 3), parameters: { groups: [['node-0'], ['node-1']] } } as HistoryRecord
  expect(draw([begin, split('end', 5)])).toEqual([
    '⚡ partition-1: partition groups [["node-0"],["node-1"]]',
    '✓ partition-1 ended',
  ])
})

it('tells of nodes while the network is up, and of a failure at any time', () => {
  const crash = {
    title: 'node-1 geth',
    reason: 'exit code 1',
    logFile: '/logs/geth.log',
    lastLines: ['Fatal'],
  }
  const failed: HistoryRecord = { ...nodeState('node-1', 'failed'), crash }
  const failure = [
    '✗ node-1 failed: node-1 geth ended, exit code 1',
    '  | Fatal',
    '  Log: /logs/geth.log',
    '  Start it again with `eth-localnet start node-1`',
  ]
  const stopping: HistoryRecord = { type: 'network', timeMs: timeOf(9), state: 'stopping' }
  expect(draw([exampleRun(), nodeState('node-1', 'starting'), failed])).toEqual(failure)
  expect(
    draw([...healthyStart(), nodeState('node-1', 'stopped'), stopping, nodeState('node-2', 'stopped')]),
  ).toEqual(['node-1 is stopped'])
})

it('tells of a check that fails, not of those that come to pass', () => {
  const check = {
    type: 'check',
    timeMs: timeOf(3),
    checker: 'reorgs',
    summary: 'Too many.',
    evidence: ['epoch 1: 9'],
  } as const
  expect(draw([{ ...check, verdict: 'pass' }])).toEqual([])
  expect(draw([{ ...check, verdict: 'fail' }])).toEqual(['✗ check reorgs: Too many.', '  epoch 1: 9'])
})
