import { describe, expect, test } from 'vitest'
import { slotLine } from '../../../src/cli/render/slot-line.ts'
import type { SlotRecord } from '../../../src/observe/history-record.ts'
import { capturedOutput } from './captured-output.ts'

const block: Omit<SlotRecord, 'type' | 'timeMs'> = {
  slot: 12,
  epoch: 1,
  blockRoot: `0x3f2a91c4${'0'.repeat(56)}`,
  proposerIndex: 37,
  proposerNode: 'node-2',
  headSlot: 12,
  headRoot: `0x3f2a91c4${'0'.repeat(56)}`,
  nodesAtHead: 4,
  nodesRunning: 4,
  justifiedEpoch: 0,
  finalizedEpoch: 0,
}
const missed: Omit<SlotRecord, 'type' | 'timeMs'> = {
  ...block,
  blockRoot: undefined,
  proposerIndex: undefined,
  proposerNode: undefined,
  headSlot: 11,
}

describe('without colours', () => {
  const { style } = capturedOutput().output

  test.each<[string, Omit<SlotRecord, 'type' | 'timeMs'>, string]>([
    [
      'a block',
      block,
      'slot    12  epoch    1  0x3f2a91c4…  by 37 (node-2)       heads 4/4  justified 0  finalized 0',
    ],
    [
      'a missed slot',
      missed,
      'slot    12  epoch    1  missed, head 0x3f2a91c4…          heads 4/4  justified 0  finalized 0',
    ],
    [
      'nobody to ask',
      {
        ...missed,
        headSlot: undefined,
        headRoot: undefined,
        nodesAtHead: 0,
        nodesRunning: 0,
        justifiedEpoch: undefined,
        finalizedEpoch: undefined,
      },
      'slot    12  epoch    1  no node answers                   heads 0/0  justified -  finalized -',
    ],
    [
      'a proposer whose node was removed',
      { ...block, slot: 123_456, epoch: 15_432, proposerNode: undefined },
      'slot 123456  epoch 15432  0x3f2a91c4…  by 37 (a removed node)  heads 4/4  justified 0  finalized 0',
    ],
  ])('%s', (_what, report, line) => {
    expect(slotLine(report, style)).toBe(line)
  })
})

describe('with colours', () => {
  const { style } = capturedOutput({ isTerminal: true }).output
  const yellow = '\u001b[33m'

  test.each<[string, Omit<SlotRecord, 'type' | 'timeMs'>, boolean]>([
    ['a block that all nodes have is plain', block, false],
    ['a missed slot stands out', missed, true],
    ['a node with another head stands out', { ...block, nodesAtHead: 3 }, true],
  ])('%s', (_what, report, isMarked) => {
    expect(slotLine(report, style).includes(yellow)).toBe(isMarked)
  })
})
