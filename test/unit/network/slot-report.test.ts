import { describe, expect, it, vi } from 'vitest'
import type { NodeView } from '../../../src/network/errors.ts'
import type { Node } from '../../../src/network/node.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import { holderOf, watchSlots } from '../../../src/network/slot-report.ts'
import { useFakeClock } from '../support/fake-clock.ts'
import { exampleNodes, makeFakeNode, nodeWithView } from './support/fake-node.ts'

const genesisTime = 1_700_000_000
const manifest = exampleNodes(3)
const clock = new SlotClock({ genesisTime, slotDurationMs: 2_000, slotsPerEpoch: 8 })

useFakeClock(genesisTime * 1000)

type Said = Partial<NodeView> & { readonly blocks?: Readonly<Record<number, string>> }

function nodesThatSay(...said: Said[]): Promise<Node[]> {
  return Promise.all(
    said.map(({ blocks, ...view }, index) => {
      const plan = manifest.nodes[index]
      if (plan === undefined) throw new Error(`there is no plan for node ${index}`)
      return nodeWithView(plan, view, blocks)
    }),
  )
}

/** The report of the slot that is under way. */
async function reportOf(nodes: readonly Node[]) {
  const abort = new AbortController()
  const next = watchSlots({ manifest, nodes }, clock, abort.signal).next()
  await vi.advanceTimersByTimeAsync(2_000)
  const { value } = await next
  abort.abort()
  return value
}

describe('a report', () => {
  it('tells the block of the slot, its proposer and the node that holds its key', async () => {
    vi.setSystemTime((genesisTime + 10) * 1000)
    const view = {
      headSlot: 5,
      headRoot: '0xaa',
      justifiedEpoch: 1,
      finalizedEpoch: 0,
      blocks: { 5: '0xaa' },
    }
    expect(await reportOf(await nodesThatSay(view, view))).toEqual({
      slot: 5,
      epoch: 0,
      blockRoot: '0xaa',
      proposerIndex: 5,
      proposerNode: 'node-1',
      headSlot: 5,
      headRoot: '0xaa',
      nodesAtHead: 2,
      nodesRunning: 2,
      justifiedEpoch: 1,
      finalizedEpoch: 0,
    })
  })

  it('goes by the head that most nodes have', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 2, headRoot: '0xbb' },
      { headSlot: 1, headRoot: '0xaa' },
      { headSlot: 1, headRoot: '0xaa' },
    )
    expect(await reportOf(nodes)).toMatchObject({ headRoot: '0xaa', nodesAtHead: 2, nodesRunning: 3 })
  })

  it('goes by the later of two heads that as many nodes have', async () => {
    const nodes = await nodesThatSay({ headSlot: 1, headRoot: '0xaa' }, { headSlot: 2, headRoot: '0xbb' })
    expect(await reportOf(nodes)).toMatchObject({ headRoot: '0xbb', nodesAtHead: 1 })
  })

  it('has no block for a slot that was missed', async () => {
    vi.setSystemTime((genesisTime + 4) * 1000)
    const view = { headSlot: 1, headRoot: '0xaa', blocks: { 1: '0xaa' } }
    const report = await reportOf(await nodesThatSay(view))
    expect(report).toMatchObject({ slot: 2, headSlot: 1 })
    expect(report).toMatchObject({ blockRoot: undefined, proposerIndex: undefined, proposerNode: undefined })
  })

  it('counts silent nodes as running, and says nothing of a chain that nobody tells', async () => {
    const { node: stopped } = makeFakeNode()
    const nodes = await nodesThatSay({ problem: 'connection refused' })
    expect(await reportOf([...nodes, stopped])).toMatchObject({
      headRoot: undefined,
      nodesAtHead: 0,
      nodesRunning: 1,
    })
  })
})

describe('the reports', () => {
  it('come once a slot near its end, skip slots nobody waited for, and end with the signal', async () => {
    const nodes = await nodesThatSay({ headSlot: 1, headRoot: '0xaa' })
    const abort = new AbortController()
    const reports = watchSlots({ manifest, nodes }, clock, abort.signal)
    const first = reports.next()
    await vi.advanceTimersByTimeAsync(1_800)
    expect((await first).value).toMatchObject({ slot: 0 })
    // The reader is away for three slots.
    await vi.advanceTimersByTimeAsync(6_000)
    const second = reports.next()
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await second).value).toMatchObject({ slot: 3 })
    const third = reports.next()
    abort.abort()
    expect(await third).toEqual({ value: undefined, done: true })
  })

  it('begin with slot 0 before genesis', async () => {
    vi.setSystemTime((genesisTime - 60) * 1000)
    const nodes = await nodesThatSay({ headSlot: 0, headRoot: '0xaa' })
    const abort = new AbortController()
    const first = watchSlots({ manifest, nodes }, clock, abort.signal).next()
    await vi.advanceTimersByTimeAsync(62_000)
    expect((await first).value).toMatchObject({ slot: 0 })
    abort.abort()
  })
})

it('finds the holder of each validator, and none for one that nobody holds', () => {
  const holders = [0, 3, 4, 11].map((validator) => holderOf(validator, manifest))
  expect(holders).toEqual(['node-0', 'node-0', 'node-1', 'node-2'])
  expect(holderOf(12, manifest)).toBeUndefined()
})
