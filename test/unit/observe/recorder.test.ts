import { describe, expect, it } from 'vitest'
import type { NodeEventData } from '../../../src/apis/node-event.ts'
import type { HistoryRecord } from '../../../src/observe/history-record.ts'
import { Recorder } from '../../../src/observe/record/recorder.ts'
import {
  genesisTimeMs,
  nodeState,
  rootOf,
  slotDurationMs,
  slotsPerEpoch,
  timeOf,
} from './support/example-history.ts'

function recorder(firstSlot = 0) {
  const records: HistoryRecord[] = []
  const recorder = new Recorder({
    genesisTimeMs,
    slotDurationMs,
    slotsPerEpoch,
    firstSlot,
    record: (record) => records.push(record),
    holderOf: (validator) => `node-${Math.floor(validator / 16)}`,
    nameOf: (_layer, ids) => ids.map((id) => id.replace('id-', 'node-')),
  })
  for (const node of ['node-0', 'node-1', 'node-2']) recorder.add(nodeState(node, 'running'))
  const tell = (node: string, slot: number, event: NodeEventData) => {
    recorder.onEvent({ node, timeMs: genesisTimeMs + slot * slotDurationMs, ...event })
  }
  const tellHead = (node: string, slot: number, root = rootOf(slot), parentRoot = rootOf(slot - 1)) => {
    tell(node, slot, { topic: 'block', slot, root, parentRoot, proposerIndex: slot })
    tell(node, slot, { topic: 'head', slot, root })
  }
  const of = <Type extends HistoryRecord['type']>(type: Type) =>
    records.filter((one): one is Extract<HistoryRecord, { type: Type }> => one.type === type)
  return { recorder, records, tell, tellHead, of }
}

describe('a slot', () => {
  it('has the block that most running nodes have as head, its proposer and the holder of its key', () => {
    const { recorder: it, tellHead, tell, of } = recorder(20)
    for (const node of ['node-0', 'node-1']) tellHead(node, 20)
    tell('node-0', 20, { topic: 'justified_checkpoint', epoch: 1, root: rootOf(8) })
    tell('node-1', 20, { topic: 'justified_checkpoint', epoch: 1, root: rootOf(8) })
    it.onTime(timeOf(20))
    expect(of('slot')).toEqual([
      {
        type: 'slot',
        timeMs: timeOf(20),
        slot: 20,
        epoch: 2,
        blockRoot: rootOf(20),
        proposerIndex: 20,
        proposerNode: 'node-1',
        headSlot: 20,
        headRoot: rootOf(20),
        justifiedEpoch: 1,
        nodesAtHead: 2,
        nodesRunning: 3,
      },
    ])
  })

  it('has no block when the common head is older, and none of anything when nobody tells', () => {
    const { recorder: it, tellHead, of } = recorder()
    it.onTime(timeOf(0))
    tellHead('node-0', 1)
    it.onTime(timeOf(2))
    const [first, second, third] = of('slot')
    expect(first).toMatchObject({ slot: 0, nodesAtHead: 0, nodesRunning: 3 })
    expect(first?.headRoot).toBeUndefined()
    expect(second).toMatchObject({ slot: 1, blockRoot: rootOf(1) })
    expect(third).toMatchObject({ slot: 2, headSlot: 1, headRoot: rootOf(1) })
    expect(third?.blockRoot).toBeUndefined()
  })

  it('goes by the later of two heads that as many nodes have', () => {
    const { recorder: it, tellHead, of } = recorder(4)
    tellHead('node-0', 3)
    tellHead('node-1', 4)
    it.onTime(timeOf(4))
    expect(of('slot')).toMatchObject([{ headSlot: 4, nodesAtHead: 1 }])
  })

  it('is recorded once, near its end', () => {
    const { recorder: it, of } = recorder(5)
    expect(it.nextSlotDueMs).toBe(timeOf(5))
    it.onTime(timeOf(5) - 1)
    expect(of('slot')).toEqual([])
    it.onTime(timeOf(5))
    it.onTime(timeOf(5) + 10)
    expect(of('slot')).toHaveLength(1)
  })

  it('forgets what a node said that has stopped, and keeps what a paused one said', () => {
    const { recorder: it, tellHead, of } = recorder()
    for (const node of ['node-0', 'node-1', 'node-2']) tellHead(node, 0)
    it.add(nodeState('node-0', 'stopped'))
    it.add(nodeState('node-1', 'paused'))
    it.onTime(timeOf(0))
    it.add(nodeState('node-0', 'running'))
    it.add(nodeState('node-1', 'running'))
    it.onTime(timeOf(1))
    expect(of('slot')).toMatchObject([
      { nodesAtHead: 1, nodesRunning: 1 },
      { nodesAtHead: 2, nodesRunning: 3 },
    ])
  })

  it('is left out, and the gap marked, when time has jumped', () => {
    const { recorder: it, of } = recorder()
    it.onTime(timeOf(1_000))
    expect(of('gap')).toMatchObject([{ reason: 'slots 0 to 999 were not watched' }])
    expect(of('slot').map(({ slot }) => slot)).toEqual([1_000])
    it.onTime(timeOf(1_010))
    expect(of('slot')).toHaveLength(11)
  })
})

describe('a reorg', () => {
  const fork = rootOf(500)

  it('has the depth from the common ancestor, however the node counts it', () => {
    const { tellHead, tell, of } = recorder()
    for (const slot of [1, 2, 3]) tellHead('node-0', slot)
    tell('node-0', 4, { topic: 'block', slot: 4, root: fork, parentRoot: rootOf(1), proposerIndex: 4 })
    tell('node-0', 4, { topic: 'chain_reorg', depth: 3, oldHead: rootOf(3) })
    tell('node-0', 4, { topic: 'head', slot: 4, root: fork })
    expect(of('reorg')).toMatchObject([
      { node: 'node-0', slot: 4, depth: 2, ancestorSlot: 1, oldHead: rootOf(3), newHead: fork },
    ])
  })

  it('has the depth that the node says where the ancestor is not known, whether it tells before or after', () => {
    const { tell, of } = recorder()
    const told = { topic: 'chain_reorg', depth: 3, oldHead: rootOf(3) } as const
    for (const node of ['node-0', 'node-1']) {
      tell(node, 3, { topic: 'head', slot: 3, root: rootOf(3) })
      if (node === 'node-0') tell(node, 4, told)
      tell(node, 4, { topic: 'head', slot: 4, root: fork })
      if (node === 'node-1') tell(node, 4, told)
    }
    const reorg = { slot: 4, depth: 3, oldHead: rootOf(3), newHead: fork }
    expect(of('reorg')).toMatchObject([
      { node: 'node-0', ...reorg },
      { node: 'node-1', ...reorg },
    ])
    expect(of('reorg')[0]?.ancestorSlot).toBeUndefined()
  })

  it('is recorded although the node does not tell it, and once when it tells it later', () => {
    const { tellHead, tell, of } = recorder()
    for (const slot of [1, 2, 3]) tellHead('node-0', slot)
    tellHead('node-0', 4, fork, rootOf(2))
    expect(of('reorg')).toMatchObject([{ depth: 1, oldHead: rootOf(3), newHead: fork }])
    tell('node-0', 4, { topic: 'chain_reorg', depth: 9, oldHead: rootOf(3) })
    expect(of('reorg')).toHaveLength(1)
  })

  it('is none when the head skips blocks of its own branch, though the node calls it so', () => {
    const { tellHead, tell, of } = recorder()
    tellHead('node-0', 1)
    for (const slot of [2, 3]) tellHead('node-1', slot)
    tell('node-0', 3, { topic: 'chain_reorg', depth: 2, oldHead: rootOf(1) })
    tellHead('node-0', 3)
    expect(of('reorg')).toEqual([])
  })

  it('is not one with what a node told before it was started again', () => {
    const { recorder: it, tell, of } = recorder()
    tell('node-0', 3, { topic: 'head', slot: 3, root: rootOf(3) })
    tell('node-0', 4, { topic: 'chain_reorg', depth: 3, oldHead: rootOf(3) })
    it.add(nodeState('node-0', 'stopped', 4))
    it.add(nodeState('node-0', 'running', 5))
    tell('node-0', 5, { topic: 'head', slot: 3, root: rootOf(3) })
    tell('node-0', 6, { topic: 'head', slot: 6, root: rootOf(600) })
    expect(of('reorg')).toEqual([])
  })

  it('is none when the new head descends from the old one', () => {
    const { tellHead, of } = recorder()
    for (const slot of [1, 2, 3]) tellHead('node-0', slot)
    expect(of('reorg')).toEqual([])
  })
})

describe('what is told again', () => {
  it('is recorded once: heads, checkpoints, peers, and the participation of one chain', () => {
    const { tell, tellHead, records } = recorder()
    const before = records.length
    tellHead('node-0', 1)
    for (let time = 0; time < 3; time++) {
      tell('node-0', 1, { topic: 'head', slot: 1, root: rootOf(1) })
      tell('node-0', 1, { topic: 'justified_checkpoint', epoch: 2, root: rootOf(16) })
      tell('node-0', 1, { topic: 'finalized_checkpoint', epoch: 1, root: rootOf(8) })
      tell('node-0', 1, { topic: 'peers', layer: 'consensus', peerIds: ['id-1', 'id-2'] })
      tell(`node-${time}`, 1, { topic: 'participation', epoch: 1, source: 1, target: 1, head: 0.5 })
    }
    expect(records.slice(before).map(({ type }) => type)).toEqual([
      'block',
      'head',
      'justified',
      'finalized',
      'peers',
      'participation',
    ])
    tell('node-0', 1, { topic: 'participation', epoch: 1, source: 1, target: 0.5, head: 0.5 })
    expect(records.at(-1)).toMatchObject({ type: 'participation', target: 0.5 })
  })

  it('is recorded for each side of a split, though their shares are the same', () => {
    const { tell, tellHead, of } = recorder()
    tellHead('node-0', 1)
    tellHead('node-0', 2)
    tellHead('node-1', 3)
    tellHead('node-2', 3, rootOf(300), rootOf(1))
    for (const node of ['node-0', 'node-1', 'node-2']) {
      tell(node, 16, { topic: 'participation', epoch: 1, source: 0.5, target: 0.5, head: 0.5 })
    }
    expect(of('participation').map(({ node }) => node)).toEqual(['node-0', 'node-2'])
  })

  it('is recorded again after a restart of the node', () => {
    const { recorder: it, tell, of } = recorder()
    tell('node-0', 1, { topic: 'peers', layer: 'consensus', peerIds: ['id-1'] })
    it.add(nodeState('node-0', 'stopped'))
    it.add(nodeState('node-0', 'running'))
    tell('node-0', 1, { topic: 'peers', layer: 'consensus', peerIds: ['id-1'] })
    expect(of('peers')).toMatchObject([{ peers: ['node-1'] }, { peers: ['node-1'] }])
  })

  it('leaves genesis out, whose root clients give in different ways', () => {
    const { tell, of } = recorder()
    tell('node-0', 0, { topic: 'finalized_checkpoint', epoch: 0, root: rootOf(0) })
    expect(of('finalized')).toEqual([])
  })
})
