import type { HistoryRecord, Network } from 'eth-localnet'
import { expect } from 'vitest'
import { allOf } from '../../unit/support/all-of.ts'
import { Command } from '../cli/command.ts'

type Of<Type extends HistoryRecord['type']> = Extract<HistoryRecord, { type: Type }>

/** Kinds of records that every run of some epochs leaves, in which a node was killed. */
const expectedTypes: readonly HistoryRecord['type'][] = [
  ...(['run', 'network', 'node', 'slot', 'block', 'head', 'justified', 'finalized'] as const),
  ...(['participation', 'peers', 'execution', 'fault', 'check'] as const),
]

/** The history of a run says all that it should, whoever the clients are; it can be drawn again, and is healthy. */
export async function expectCompleteHistory(network: Network): Promise<void> {
  const records = await allOf(network.history.read())
  const of = <Type extends HistoryRecord['type']>(type: Type) =>
    records.filter((record): record is Of<Type> => record.type === type)
  expect([...new Set(records.map(({ type }) => type))]).toEqual(expect.arrayContaining([...expectedTypes]))

  const slots = of('slot')
  const numbers = slots.map(({ slot }) => slot)
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
  for (const { slot, blockRoot, proposerIndex = -1, proposerNode } of slots) {
    if (blockRoot === undefined || slot === 0) continue
    const holder = of('run')[0]?.nodes.find(({ validators: { first, count } }) => {
      return proposerIndex >= first && proposerIndex < first + count
    })
    expect(proposerNode, `slot ${slot}`).toBe(holder?.name ?? 'nobody')
  }
  expect(of('block').filter(({ slot, parentRoot }) => slot > 0 && parentRoot === undefined)).toEqual([])
  expectSeenOnEveryNode(network, of('block'), of('head'))
  expectOneReorgEach(of('reorg'))
  const voted = new Set(of('participation').map(({ epoch }) => epoch))
  for (let epoch = 0; epoch < network.currentEpoch - 3; epoch++) expect(voted).toContain(epoch)

  await network.expectHealthy()
  await expectDrawnAgain(network.history.path, slots.length)
}

/** Each node that ran to the end has told of the finalized blocks' descendants up to its head. */
function expectSeenOnEveryNode(
  network: Network,
  blocks: readonly Of<'block'>[],
  heads: readonly Of<'head'>[],
) {
  for (const { name } of network.nodes) {
    const own = new Set(blocks.filter(({ node }) => node === name).map(({ root }) => root))
    const untold = heads.filter(({ node, root, slot }) => node === name && slot > 0 && !own.has(root))
    expect(own.size, name).toBeGreaterThan(0)
    expect(untold, `${name} has heads whose blocks it did not tell of`).toEqual([])
  }
}

/** A node leaves a head once only, so the same head abandoned at the same moment would be one reorg told twice. */
function expectOneReorgEach(reorgs: readonly Of<'reorg'>[]): void {
  const told = reorgs.map(({ node, oldHead, timeMs }) => `${node} ${oldHead} ${timeMs}`)
  expect(told).toEqual([...new Set(told)])
  for (const reorg of reorgs) expect(reorg.depth, JSON.stringify(reorg)).toBeGreaterThan(0)
}

async function expectDrawnAgain(path: string, slots: number): Promise<void> {
  const drawn = await new Command(['replay', path], {}).ended
  expect(drawn.exitCode, drawn.stderr).toBe(0)
  expect(drawn.stdout.split('\n').filter((line) => line.startsWith('slot ')).length).toBeGreaterThanOrEqual(
    slots,
  )
  expect((await new Command(['check', path], {}).ended).exitCode).toBe(0)
}
