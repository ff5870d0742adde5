import { describe, expect, it, vi } from 'vitest'
import { recoverTogether } from '../../../src/network/recover-together.ts'
import { exampleNodes, type FakeNode, genesisBlockRoot, makeFakeNode } from './support/fake-node.ts'

const { signal } = new AbortController()
const [firstPlan, secondPlan] = exampleNodes(2).nodes

/** A crashed node whose execution client has these block hashes, from block 0 on. */
function crashedNode(plan: typeof firstPlan, hashes: readonly string[]): FakeNode & { rewinds: number[] } {
  if (plan === undefined) throw new Error('no plan')
  const rewinds: number[] = []
  const rewind = async (_url: string, number: number) => void rewinds.push(number)
  const fake = makeFakeNode({ plan, wasStoppedCleanly: false, rewind })
  vi.spyOn(fake.node.executionApi, 'blockNumber').mockResolvedValue(hashes.length - 1)
  vi.spyOn(fake.node.executionApi, 'block').mockImplementation(async (tag) => {
    const number = Number(tag)
    const hash = hashes[number]
    return hash === undefined ? null : { number, hash, parentBeaconBlockRoot: `parent of ${hash}` }
  })
  return { ...fake, rewinds }
}

describe('nodes that have crashed together', () => {
  it('go on from the parent of the last block that all have', async () => {
    const ahead = crashedNode(firstPlan, ['g', 'a', 'b', 'c', 'd'])
    const behind = crashedNode(secondPlan, ['g', 'a', 'b', 'x'])
    await recoverTogether([ahead.node, behind.node], signal)
    for (const { node, rewinds, calls } of [ahead, behind]) {
      expect(rewinds).toEqual([1])
      // The consensus client has not run, and the execution client has written its state.
      expect(calls).not.toContain('start consensus')
      expect(node.state).toBe('stopped')
      // Were it given up now, the next start would have to recover again.
      expect(node.isStoppedCleanly).toBe(false)
      await node.start()
      expect(node.resumeFrom).toBe('parent of b')
      expect(rewinds).toEqual([1])
    }
  })

  it('start over from genesis when they have nothing else in common', async () => {
    const one = crashedNode(firstPlan, ['g', 'a'])
    const other = crashedNode(secondPlan, ['g'])
    await recoverTogether([one.node, other.node], signal)
    await one.node.start()
    await other.node.start()
    expect([one.node.resumeFrom, other.node.resumeFrom]).toEqual([genesisBlockRoot, genesisBlockRoot])
    expect(one.rewinds).toEqual([0])
  })

  it('are stopped again when one of them does not start', async () => {
    const one = crashedNode(firstPlan, ['g', 'a'])
    const broken = crashedNode(secondPlan, ['g', 'a'])
    broken.execution.failure = new Error('damaged')
    await expect(recoverTogether([one.node, broken.node], signal)).rejects.toThrow('damaged')
    expect([one.node.state, broken.node.state]).toEqual(['stopped', 'stopped'])
    expect(one.execution.phase).toBe('down')
  })
})
