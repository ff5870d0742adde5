import { describe, expect, it } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import { ExecutionApi } from '../../../src/apis/execution-api.ts'
import type { NodeEventData } from '../../../src/apis/node-event.ts'
import { type ProbedNode, SlotProbes } from '../../../src/observe/sources/slot-probes.ts'

const slotsPerEpoch = 8
const rewardsPath = '/eth/v1/beacon/rewards/attestations/'
const right = { source: '1', target: '1', head: '1' }
const wrong = { source: '-1', target: '-1', head: '0' }

/** Nodes that answer nothing but for how their validators were rewarded, and the probes of them. */
function probed(heads: Readonly<Record<string, string>>) {
  const told: string[] = []
  const asked: string[] = []
  const silent = new Set<string>()
  const refuse = () => Promise.reject(new Error('not asked here'))
  const nodes = Object.entries(heads).map(([name, headRoot]): ProbedNode => {
    const fetch = async (url: string) => {
      if (!url.includes(rewardsPath)) return refuse()
      asked.push(name)
      if (silent.has(name)) return refuse()
      const rewards = headRoot === 'a' ? [right, right] : [right, wrong]
      return { data: { total_rewards: rewards } }
    }
    return {
      name,
      beaconApi: new BeaconApi('', fetch),
      executionApi: new ExecutionApi('', refuse),
      layers: ['execution', 'consensus'],
      headRoot,
    }
  })
  const emit = (node: string, event: NodeEventData) => {
    if (event.topic === 'participation') told.push(`${node}: epoch ${event.epoch}, ${event.target}`)
  }
  const probes = new SlotProbes({ slotsPerEpoch, emit })
  const { signal } = new AbortController()
  return { told, asked, silent, ask: (slot: number, of = nodes) => probes.ask(of, { slot, signal }), nodes }
}

describe('the participation of nodes that do not tell it', () => {
  it('is asked of one node, once, when its votes can no longer be included', async () => {
    const { told, asked, ask } = probed({ 'node-0': 'a', 'node-1': 'a' })
    await ask(15)
    expect(asked).toEqual([])
    for (const slot of [16, 17, 23]) await ask(slot)
    expect(told).toEqual(['node-0: epoch 0, 1'])
    await ask(24)
    expect(told).toEqual(['node-0: epoch 0, 1', 'node-0: epoch 1, 1'])
    expect(asked).toEqual(['node-0', 'node-0'])
  })

  it('is asked of one node on each side of a split', async () => {
    const { told, ask } = probed({ 'node-0': 'a', 'node-1': 'a', 'node-2': 'b', 'node-3': 'b' })
    await ask(40)
    await ask(41)
    expect(told.sort()).toEqual(['node-0: epoch 3, 1', 'node-2: epoch 3, 0.5'])
  })

  it('is asked of the next node when one does not answer, and again in the next slot when none does', async () => {
    const { told, silent, ask } = probed({ 'node-0': 'a', 'node-1': 'a' })
    silent.add('node-0').add('node-1')
    await ask(16)
    silent.delete('node-1')
    await ask(17)
    expect(told).toEqual(['node-1: epoch 0, 1'])
  })

  it('is not asked of a consensus client that tells it', async () => {
    const { asked, ask, nodes } = probed({ 'node-0': 'a' })
    const [node] = nodes
    if (node === undefined) throw new Error('there is no node')
    await ask(16, [{ ...node, layers: ['execution'] }])
    expect(asked).toEqual([])
  })
})
