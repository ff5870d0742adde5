import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckBounds } from '../../../src/observe/checkers/check-bounds.ts'
import { checkHistory } from '../../../src/observe/checkers/checkers.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import {
  exampleRun,
  goodSlot,
  healthyStart,
  nodeState,
  rootOf,
  slots,
  split,
  timeOf,
} from './support/example-history.ts'

async function check(checker: string, records: readonly HistoryRecord[], bounds: CheckBounds = {}) {
  const results = await checkHistory(records, bounds)
  const result = results.find((one) => one.checker === checker)
  if (result === undefined) throw new Error(`there is no checker ${checker}`)
  return result
}

async function verdictOf(checker: string, records: readonly HistoryRecord[], bounds: CheckBounds = {}) {
  return (await check(checker, records, bounds)).verdict
}

function finalized(node: string, epoch: number, root: string, slot = epoch * 8): HistoryRecord {
  return { type: 'finalized', timeMs: timeOf(epoch * 8 + 16), node, epoch, root, slot }
}

function reorg(node: string, ancestorSlot: number | undefined, slot = 30): HistoryRecord {
  const [oldHead, newHead] = [rootOf(1000 + slot), rootOf(2000 + slot)]
  return { type: 'reorg', timeMs: timeOf(slot), node, slot, depth: 3, oldHead, newHead, ancestorSlot }
}

function block(slot: number, root: string, proposerIndex: number, node = 'node-0'): HistoryRecord {
  return { type: 'block', timeMs: timeOf(slot), node, slot, root, parentRoot: rootOf(0), proposerIndex }
}

function sample(node: string, slot: number, isSame: boolean): HistoryRecord {
  const hashes = { payloadHash: rootOf(1), executionHash: rootOf(isSame ? 1 : 2) }
  return { type: 'execution', timeMs: timeOf(slot), node, slot, headRoot: rootOf(slot), ...hashes }
}

describe('a history whose records are in a wrong order', () => {
  const records = [
    ...healthyStart(),
    ...slots(0, 20),
    split('begin', 5),
    split('end', 9),
    finalized('node-0', 1, rootOf(8)),
    finalized('node-1', 1, rootOf(9)),
    reorg('node-0', 3),
    block(7, rootOf(7), 7),
    block(7, rootOf(70), 7),
    sample('node-0', 4, false),
    nodeState('node-1', 'stopped', 12),
  ]

  it('is judged all the same, and what violates safety in any order is found', async () => {
    const anyOrder = fc.shuffledSubarray(records, { minLength: records.length })
    await fc.assert(
      fc.asyncProperty(anyOrder, async (shuffled) => {
        const results = await checkHistory(shuffled)
        expect(results).toHaveLength(10)
        for (const checker of ['finality-agrees', 'no-equivocation']) {
          expect(results).toContainEqual(expect.objectContaining({ checker, verdict: 'fail' }))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('finality-agrees', () => {
  const checker = 'finality-agrees'

  it('fails for two roots of one epoch, on two nodes or on one', async () => {
    const onTwo = [...healthyStart(), finalized('node-0', 2, rootOf(16)), finalized('node-3', 2, rootOf(17))]
    expect(await check(checker, onTwo)).toMatchObject({
      verdict: 'fail',
      evidence: ['epoch 2: 0x00000010… on node-0, 0x00000011… on node-3'],
    })
    const onOne = [...healthyStart(), finalized('node-0', 2, rootOf(16)), finalized('node-0', 2, rootOf(17))]
    expect(await verdictOf(checker, onOne)).toBe('fail')
  })

  it('fails when the runs of one network finalized different roots', async () => {
    const runs = [
      exampleRun(),
      finalized('node-0', 2, rootOf(16)),
      exampleRun(),
      finalized('node-1', 2, rootOf(17)),
    ]
    expect(await verdictOf(checker, runs)).toBe('fail')
  })

  it('passes when every node finalizes the same', async () => {
    const records = ['node-0', 'node-1'].flatMap((node) => [
      finalized(node, 2, rootOf(16)),
      finalized(node, 3, rootOf(24)),
    ])
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('pass')
  })

  it('does not know while nothing is final', async () => {
    expect(await verdictOf(checker, healthyStart())).toBe('unknown')
  })
})

describe('finality-stays', () => {
  const checker = 'finality-stays'
  const backwards = [finalized('node-0', 3, rootOf(24)), finalized('node-0', 2, rootOf(16))]

  it('fails when a node goes back', async () => {
    expect(await check(checker, [...healthyStart(), ...backwards])).toMatchObject({
      verdict: 'fail',
      evidence: ['node-0 went from epoch 3 to 2'],
    })
  })

  it('fails when it goes back over a stop, which loses nothing', async () => {
    const [before, after] = backwards as [HistoryRecord, HistoryRecord]
    const stop = (['stopping', 'stopped', 'starting', 'running'] as const).map((state) =>
      nodeState('node-0', state),
    )
    expect(await verdictOf(checker, [...healthyStart(), before, ...stop, after])).toBe('fail')
  })

  it('passes when what was lost in a crash is finalized again', async () => {
    const [before, after] = backwards as [HistoryRecord, HistoryRecord]
    const kill = (['stopped', 'starting', 'running'] as const).map((state) => nodeState('node-0', state))
    expect(await verdictOf(checker, [...healthyStart(), before, ...kill, after])).toBe('pass')
    const crash = (['failed', 'starting', 'running'] as const).map((state) => nodeState('node-0', state))
    expect(await verdictOf(checker, [...healthyStart(), before, ...crash, after])).toBe('pass')
  })

  it('passes when one node is behind another', async () => {
    const records = [finalized('node-0', 3, rootOf(24)), finalized('node-1', 2, rootOf(16))]
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('pass')
  })

  it('does not know while nothing is final', async () => {
    expect(await verdictOf(checker, healthyStart())).toBe('unknown')
  })
})

describe('no-reorg-past-finality', () => {
  const checker = 'no-reorg-past-finality'

  it('fails for an ancestor before the finalized block', async () => {
    const records = [...healthyStart(), finalized('node-0', 2, rootOf(16)), reorg('node-0', 15)]
    expect(await check(checker, records)).toMatchObject({
      verdict: 'fail',
      evidence: [expect.stringContaining('from slot 15, finalized was epoch 2 at slot 16')],
    })
  })

  it('passes for the finalized block itself, also where it is before its epoch', async () => {
    const early = [...healthyStart(), finalized('node-0', 2, rootOf(15), 15), reorg('node-0', 15)]
    expect(await verdictOf(checker, early)).toBe('pass')
  })

  it('passes for what was final on another node only, as that is not this node’s to keep', async () => {
    const records = [...healthyStart(), finalized('node-1', 2, rootOf(16)), reorg('node-0', 15)]
    expect(await verdictOf(checker, records)).toBe('pass')
  })

  it('does not know while nothing is final', async () => {
    expect(await verdictOf(checker, [...healthyStart(), reorg('node-0', 3)])).toBe('unknown')
  })
})

describe('no-equivocation', () => {
  const checker = 'no-equivocation'
  const two = [block(5, rootOf(5), 9), block(5, rootOf(500), 9, 'node-2')]

  it('fails for two blocks of one proposer and slot', async () => {
    expect(await check(checker, [...healthyStart(), ...two])).toMatchObject({
      verdict: 'fail',
      evidence: [expect.stringMatching(/^validator 9 proposed .* for slot 5, seen by node-2$/)],
    })
  })

  it('passes for a validator that was made to', async () => {
    const fault = { type: 'fault', id: 'misbehaviour-1', kind: 'misbehaviour', parameters: {} } as const
    const begin: HistoryRecord = { ...fault, phase: 'begin', timeMs: timeOf(1), validators: [9] }
    const end: HistoryRecord = { ...fault, phase: 'end', timeMs: timeOf(2) }
    expect(await verdictOf(checker, [...healthyStart(), begin, end, ...two])).toBe('pass')
  })

  it('does not excuse a validator whose node was killed', async () => {
    const kill = { type: 'fault', id: 'kill-1', kind: 'kill', parameters: {} } as const
    const begin: HistoryRecord = { ...kill, phase: 'begin', timeMs: timeOf(1), validators: [9] }
    expect(await verdictOf(checker, [...healthyStart(), begin, ...two])).toBe('fail')
  })

  it('passes for one block that many nodes see', async () => {
    const records = ['node-0', 'node-1'].map((node) => block(5, rootOf(5), 9, node))
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('pass')
  })

  it('does not know while no proposer is known', async () => {
    expect(await verdictOf(checker, healthyStart())).toBe('unknown')
  })
})

describe('execution-follows', () => {
  const checker = 'execution-follows'

  it('fails when two samples of a node in a row differ', async () => {
    const records = [sample('node-0', 4, false), sample('node-1', 5, true), sample('node-0', 8, false)]
    expect(await check(checker, [...healthyStart(), ...records])).toMatchObject({
      verdict: 'fail',
      evidence: [expect.stringMatching(/^node-0, slot 8: /)],
    })
  })

  it('passes when a sample differs once', async () => {
    const records = [sample('node-0', 4, false), sample('node-0', 8, true), sample('node-0', 12, false)]
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('pass')
  })

  it('asks nothing of an engine that a fault lies to', async () => {
    const fault = { type: 'fault', id: 'engine-1', kind: 'engine', parameters: {}, phase: 'begin' } as const
    const records = [{ ...fault, timeMs: timeOf(3) }, sample('node-0', 4, false), sample('node-0', 8, false)]
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('unknown')
  })
})

describe('heads-agree', () => {
  const checker = 'heads-agree'
  const apart = { nodesAtHead: 2, nodesRunning: 4 }

  it('fails when heads differ for too long after a heal', async () => {
    const records = [split('begin', 10), ...slots(10, 20, apart), split('end', 20), ...slots(21, 60, apart)]
    expect(await check(checker, [...healthyStart(), ...records], { headsWithinSlots: 8 })).toMatchObject({
      verdict: 'fail',
      evidence: ['slot 29: 2 of 4 nodes share a head, 8 slots after the heal'],
    })
  })

  it('passes when they come to agree in time', async () => {
    const records = [
      split('begin', 10),
      ...slots(10, 20, apart),
      split('end', 20),
      ...slots(21, 28, apart),
      goodSlot(29),
    ]
    expect(await check(checker, [...healthyStart(), ...records], { headsWithinSlots: 8 })).toMatchObject({
      verdict: 'pass',
      summary: 'All nodes shared a head at most 8 slots after each of 1 heals.',
    })
  })

  it('does not know before a heal, nor until the slots are over', async () => {
    const cut = [...healthyStart(), split('begin', 10), ...slots(10, 200, apart)]
    expect(await verdictOf(checker, cut)).toBe('unknown')
    const waiting = [...cut, split('end', 200), ...slots(201, 207, apart)]
    expect(await verdictOf(checker, waiting, { headsWithinSlots: 8 })).toBe('unknown')
    expect(await verdictOf(checker, [...healthyStart(), ...slots(0, 40)])).toBe('unknown')
  })

  it('gives a node that starts after the heal as much time again', async () => {
    const start = [nodeState('node-3', 'starting', 25), nodeState('node-3', 'running', 25)]
    const records = [
      split('begin', 10),
      split('end', 20),
      ...slots(21, 25, apart),
      ...start,
      ...slots(26, 33, apart),
    ]
    expect(await verdictOf(checker, [...healthyStart(), ...records], { headsWithinSlots: 8 })).toBe('unknown')
  })
})

describe('finality-advances', () => {
  const checker = 'finality-advances'
  const stuck = { finalizedEpoch: 2 }

  it('fails when it does not although all stake is connected', async () => {
    const records = [...healthyStart(), ...slots(0, 39), ...slots(40, 8 * 12, stuck)]
    expect(await check(checker, records, { finalityWithinEpochs: 4 })).toMatchObject({
      verdict: 'fail',
      evidence: ['epoch 9: finalized is epoch 2, unchanged since epoch 4'],
    })
  })

  it('fails when only one of four nodes is cut off: the rest is enough', async () => {
    const isolate: HistoryRecord = {
      ...split('begin', 40),
      ...{
        cut: [
          ['node-0', 'node-1'],
          ['node-3', 'node-0'],
        ],
      },
    } as HistoryRecord
    const records = [...healthyStart(), ...slots(0, 39), isolate, ...slots(40, 8 * 12, stuck)]
    expect(await verdictOf(checker, records, { finalityWithinEpochs: 4 })).toBe('fail')
  })

  it('demands nothing while the stake is split', async () => {
    const records = [...healthyStart(), ...slots(0, 39), split('begin', 40), ...slots(40, 8 * 40, stuck)]
    expect(await verdictOf(checker, records, { finalityWithinEpochs: 4 })).toBe('pass')
  })

  it('demands nothing while too many validators are silent, or a fault may have any effect', async () => {
    const fault = { type: 'fault', phase: 'begin', timeMs: timeOf(40), id: 'a-1', parameters: {} } as const
    const offline: HistoryRecord = {
      ...fault,
      kind: 'offline',
      validators: Array.from({ length: 24 }, (_, index) => index),
    }
    const skew: HistoryRecord = { ...fault, kind: 'skew' }
    for (const record of [offline, skew, nodeState('node-1', 'stopped', 40)]) {
      const rest = record.type === 'node' ? [record, nodeState('node-2', 'stopped', 40)] : [record]
      const records = [...healthyStart(), ...slots(0, 39), ...rest, ...slots(40, 8 * 40, stuck)]
      expect(await verdictOf(checker, records, { finalityWithinEpochs: 4 })).toBe('pass')
    }
  })

  it('gives a healed network the whole time again', async () => {
    const split40 = [
      ...healthyStart(),
      ...slots(0, 39),
      split('begin', 40),
      ...slots(40, 159, stuck),
      split('end', 159),
    ]
    expect(
      await verdictOf(checker, [...split40, ...slots(160, 190, stuck)], { finalityWithinEpochs: 4 }),
    ).toBe('pass')
    expect(
      await verdictOf(checker, [...split40, ...slots(160, 210, stuck)], { finalityWithinEpochs: 4 }),
    ).toBe('fail')
  })

  it('does not know before the first epoch is final', async () => {
    expect(await verdictOf(checker, [...healthyStart(), ...slots(0, 20, { finalizedEpoch: 0 })])).toBe(
      'unknown',
    )
  })
})

describe('participation', () => {
  const checker = 'participation'
  const votes = (epoch: number, target: number): HistoryRecord => {
    return {
      type: 'participation',
      timeMs: timeOf(8 * epoch + 16),
      node: 'node-0',
      epoch,
      source: 1,
      target,
      head: 1,
    }
  }

  it('fails below its bound', async () => {
    expect(await check(checker, [...healthyStart(), votes(1, 1), votes(2, 0.79)])).toMatchObject({
      verdict: 'fail',
      evidence: ['epoch 2: 79 % voted for the right target, as node-0 has it'],
    })
    expect(await verdictOf(checker, [...healthyStart(), votes(2, 0.98)], { targetShareMin: 0.99 })).toBe(
      'fail',
    )
  })

  it('passes at its bound', async () => {
    expect(await verdictOf(checker, [...healthyStart(), votes(2, 0.8)])).toBe('pass')
  })

  it('judges neither epochs of faults, nor those in which their effects last', async () => {
    const disturbed = [...healthyStart(), split('begin', 20), split('end', 30), votes(4, 0.1), votes(7, 0.1)]
    expect(await verdictOf(checker, disturbed)).toBe('unknown')
    expect(await verdictOf(checker, [...disturbed, votes(8, 0.1)])).toBe('fail')
    expect(await verdictOf(checker, [...disturbed], { settleEpochs: 0 })).toBe('fail')
  })

  it('does not know when a node with validators is down', async () => {
    expect(
      await verdictOf(checker, [...healthyStart(), nodeState('node-1', 'stopped', 9), votes(9, 0.7)]),
    ).toBe('unknown')
  })
})

describe('missed-slots', () => {
  const checker = 'missed-slots'
  const missed = (slot: number) => goodSlot(slot, { blockRoot: undefined })

  it('fails when too many slots of an epoch are missed', async () => {
    const records = [...healthyStart(), ...slots(0, 7), ...slots(8, 12), missed(13), missed(14), missed(15)]
    expect(await check(checker, records)).toMatchObject({
      verdict: 'fail',
      evidence: ['epoch 1: 3 of 8 slots missed (13, 14, 15)'],
    })
  })

  it('passes when they are spread over epochs', async () => {
    const records = [
      ...healthyStart(),
      ...slots(0, 5),
      missed(6),
      missed(7),
      missed(8),
      missed(9),
      ...slots(10, 15),
    ]
    expect(await verdictOf(checker, records)).toBe('pass')
  })

  it('does not know of an epoch that is not over, was not seen whole, or was disturbed', async () => {
    expect(await verdictOf(checker, [...healthyStart(), missed(1), missed(2), missed(3)])).toBe('unknown')
    expect(
      await verdictOf(checker, [...healthyStart(), missed(3), missed(4), missed(5), ...slots(6, 7)]),
    ).toBe('unknown')
    const fault = [split('begin', 2), split('end', 3)]
    expect(await verdictOf(checker, [...healthyStart(), ...slots(0, 2), ...fault, ...slots(3, 7)])).toBe(
      'unknown',
    )
  })
})

describe('reorgs', () => {
  const checker = 'reorgs'

  it('fails when more heads are abandoned in an epoch than allowed', async () => {
    const records = [1, 2, 3].flatMap((slot) => [reorg('node-0', 0, slot), reorg('node-1', 0, slot)])
    expect(await check(checker, [...healthyStart(), ...records, ...slots(0, 7)])).toMatchObject({
      verdict: 'fail',
      evidence: [expect.stringMatching(/^epoch 0: 3 heads were abandoned: /)],
    })
  })

  it('passes when many nodes abandon one head', async () => {
    const records = ['node-0', 'node-1', 'node-2', 'node-3'].map((node) => reorg(node, 0, 3))
    expect(await verdictOf(checker, [...healthyStart(), ...records, ...slots(0, 7)])).toBe('pass')
  })

  it('passes when they are spread over epochs', async () => {
    const records = [
      reorg('node-0', 0, 1),
      reorg('node-0', 0, 2),
      ...slots(0, 7),
      reorg('node-0', 0, 9),
      reorg('node-0', 0, 10),
    ]
    expect(await verdictOf(checker, [...healthyStart(), ...records, ...slots(8, 15)])).toBe('pass')
  })

  it('does not know while no whole epoch was undisturbed', async () => {
    const records = [split('begin', 0), ...slots(0, 7), reorg('node-0', 0, 3)]
    expect(await verdictOf(checker, [...healthyStart(), ...records])).toBe('unknown')
  })
})
