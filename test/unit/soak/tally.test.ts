import { expect, test } from 'vitest'
import { Figures } from '../../../bench/soak/figures.ts'
import { Tally } from '../../../bench/soak/tally.ts'
import { findProblems } from '../../../bench/soak/verdict.ts'

const genesisTimeMs = 1_000_000
const root = (number: number) => `0x${number.toString(16).padStart(64, '0')}`

/** Two nodes of each side; validators 0 and 1 are embedded, 2 and 3 processes. */
function makeTally(): Tally {
  return new Tally({
    sides: new Map([
      ['e0', 'embedded'],
      ['e1', 'embedded'],
      ['p0', 'process'],
      ['p1', 'process'],
    ]),
    sideOfValidator: (index) => (index < 2 ? 'embedded' : 'process'),
    proposerOf: (slot) => slot % 4,
    ...{ genesisTimeMs, slotDurationMs: 3_000, slotsPerEpoch: 4 },
  })
}

function addBlock(tally: Tally, slot: number, proposerIndex: number, nodes: string[], delayMs = 100): void {
  const timeMs = genesisTimeMs + slot * 3_000 + delayMs
  for (const node of nodes)
    tally.add({ type: 'block', timeMs, node, slot, root: root(slot), proposerIndex, parentRoot: root(0) })
}

function addSlot(tally: Tally, slot: number, blockRoot?: string): void {
  const common = { type: 'slot', timeMs: 0, slot, epoch: 0, nodesAtHead: 4, nodesRunning: 4 } as const
  tally.add(blockRoot === undefined ? common : { ...common, blockRoot })
}

const quiet = { invalidBlocks: 0, rejectedMessages: 0, peersDropped: 0, processErrors: [] }

test('a block that all nodes import counts for its proposer, with the time to each side', () => {
  const tally = makeTally()
  addBlock(tally, 1, 1, ['e0', 'e1'], 50)
  addBlock(tally, 1, 1, ['p0', 'p1', 'p1'], 250)
  addSlot(tally, 20, root(20))
  expect(tally.sides).toEqual({
    embedded: { proposed: 1, refused: 0, missed: 0 },
    process: { proposed: 0, refused: 0, missed: 0 },
  })
  expect(tally.importMs['embedded by embedded'].quantile(0.5)).toBe(50)
  expect(tally.importMs['embedded by process']).toMatchObject({ count: 2, mean: 250 })
})

test('a block that one node of the other side has not after two epochs counts as refused', () => {
  const tally = makeTally()
  addBlock(tally, 1, 0, ['e0', 'e1', 'p0'])
  addBlock(tally, 2, 3, ['p0', 'p1', 'e0', 'e1'])
  addSlot(tally, 8, root(8))
  expect(tally.sides.embedded.refused).toBe(0)
  addSlot(tally, 9, root(9))
  addSlot(tally, 12, root(12))
  expect(tally.sides.embedded.refused).toBe(1)
  expect(tally.sides.process.refused).toBe(0)
  expect(findProblems(tally, quiet, [], 4)).toContain(
    '1 blocks of embedded nodes were not taken by processes',
  )
})

test('a slot without a block counts as missed for who was to propose', () => {
  const tally = makeTally()
  addSlot(tally, 5)
  addSlot(tally, 7)
  expect([tally.sides.embedded.missed, tally.sides.process.missed]).toEqual([1, 1])
})

test('nothing is wrong with a network in which all goes well, and each thing that goes wrong is named', () => {
  const tally = makeTally()
  for (let slot = 1; slot <= 16; slot++) addSlot(tally, slot, root(slot))
  tally.add({ type: 'participation', timeMs: 0, node: 'e0', epoch: 2, source: 1, target: 1, head: 1 })
  tally.add({ type: 'finalized', timeMs: 0, node: 'e0', epoch: 2, root: root(8) })
  const usage = { program: 'geth', count: 2, cpuPercent: 1, rssMbEarly: 100, rssMbLate: 120 }
  expect(findProblems(tally, quiet, [usage], 4)).toEqual([])
  const logs = { invalidBlocks: 1, rejectedMessages: 2, peersDropped: 3, processErrors: ['bad'] }
  const problems = findProblems(tally, logs, [{ ...usage, rssMbLate: 900 }], 4).join('\n')
  for (const part of ['1 blocks invalid', 'rejected 2', 'peers 3 times', 'bad', 'geth grew'])
    expect(problems).toContain(part)
})

test('figures keep the latest values for quantiles, and count all', () => {
  const figures = new Figures()
  expect(figures.mean).toBeUndefined()
  for (let value = 1; value <= 5_000; value++) figures.add(value)
  expect(figures).toMatchObject({ count: 5_000, min: 1, mean: 2_500.5 })
  expect(figures.quantile(0)).toBe(905)
  expect(figures.quantile(1)).toBe(5_000)
})
