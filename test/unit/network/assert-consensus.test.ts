import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../../src/apis/http-json.ts'
import { assertConsensus, haveConsensus } from '../../../src/network/assert-consensus.ts'
import { ConsensusError, type NodeView } from '../../../src/network/errors.ts'
import type { Node } from '../../../src/network/node.ts'
import { exampleNodes, makeFakeNode, nodeWithView } from './support/fake-node.ts'

const seed = 7
const { nodes: plans } = exampleNodes(3)

function root(digit: string): string {
  return `0x${digit.repeat(64)}`
}

type Said = Partial<NodeView> & { readonly blocks?: Readonly<Record<number, string>> }

/** Running nodes that say these things, in the order of the plan. */
function nodesThatSay(...said: Said[]): Promise<Node[]> {
  return Promise.all(
    said.map(({ blocks, ...view }, index) => {
      const plan = plans[index]
      if (plan === undefined) throw new Error(`there is no plan for node ${index}`)
      return nodeWithView(plan, view, blocks)
    }),
  )
}

async function problemOf(nodes: readonly Node[]): Promise<ConsensusError> {
  const error = await assertConsensus(nodes, { seed }).catch((failure: unknown) => failure)
  if (error instanceof ConsensusError) return error
  throw new Error(`expected a ConsensusError, and there was ${error}`)
}

describe('assertConsensus', () => {
  it('accepts equal heads', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 9, headRoot: root('a') },
      { headSlot: 9, headRoot: root('a') },
    )
    await assertConsensus(nodes, { seed })
  })

  it('accepts heads up to two slots apart whose chains have the same block at the hindmost one', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 9, headRoot: root('c'), blocks: { 7: root('a') } },
      { headSlot: 7, headRoot: root('a') },
    )
    await assertConsensus(nodes, { seed })
  })

  it('refuses heads three slots apart', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 10, headRoot: root('c'), blocks: { 7: root('a') } },
      { headSlot: 7, headRoot: root('a') },
    )
    expect((await problemOf(nodes)).shortMessage).toBe('The heads are 3 slots apart; up to 2 is normal.')
  })

  it('refuses different heads at one slot, naming each', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 9, headRoot: root('a') },
      { headSlot: 9, headRoot: root('a') },
      { headSlot: 9, headRoot: root('b') },
    )
    const problem = await problemOf(nodes)
    expect(problem.shortMessage).toContain('different blocks at slot 9')
    expect(problem.shortMessage).toContain(`node-2 ${root('b')}`)
  })

  it('refuses a chain with another block at the common slot, and one with none', async () => {
    const other = await nodesThatSay(
      { headSlot: 8, headRoot: root('c'), blocks: { 7: root('b') } },
      { headSlot: 7, headRoot: root('a') },
    )
    expect((await problemOf(other)).shortMessage).toContain(`node-0 ${root('b')}, node-1 ${root('a')}`)
    const none = await nodesThatSay(
      { headSlot: 8, headRoot: root('c') },
      { headSlot: 7, headRoot: root('a') },
    )
    expect((await problemOf(none)).shortMessage).toContain(`node-0 none, node-1 ${root('a')}`)
  })

  it('refuses a silent node, and shows what every node said', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 9, headRoot: root('a'), justifiedEpoch: 1 },
      { problem: 'connection refused' },
    )
    const problem = await problemOf(nodes)
    expect(problem).toMatchObject({ code: 'no-consensus', category: 'check', facts: { seed } })
    expect(problem.shortMessage).toBe('node-1 did not tell a head.')
    expect(problem.message).toContain('node-0  head 9 0xaaaaaaaa…  justified 1  finalized 0')
    expect(problem.message).toContain('node-1  running: connection refused')
    expect(problem.message).toContain('Seed: 7')
  })

  it('takes a node that fell silent between two questions for a silent one', async () => {
    const nodes = await nodesThatSay(
      { headSlot: 9, headRoot: root('c') },
      { headSlot: 8, headRoot: root('a') },
    )
    const [first] = nodes
    if (first === undefined) throw new Error('no node')
    vi.spyOn(first.beaconApi, 'header').mockImplementation(async (id) => {
      if (id === 'head') return { slot: 9, root: root('c'), proposerIndex: 0, parentRoot: root('a') }
      throw new ApiError('GET /headers/8', 'connection refused')
    })
    expect((await problemOf(nodes)).shortMessage).toBe(
      'node-0 did not tell its block at slot 8: GET /headers/8: connection refused.',
    )
    expect(await haveConsensus(nodes, { seed })).toBe(false)
  })

  it('looks at running nodes only, of which there must be one', async () => {
    const { node: stopped } = makeFakeNode()
    expect((await problemOf([stopped])).shortMessage).toContain('No node is running')
    const nodes = await nodesThatSay({ headSlot: 9, headRoot: root('a') })
    await assertConsensus([...nodes, stopped], { seed })
  })

  it('ends with the reason of its signal', async () => {
    const nodes = await nodesThatSay({ problem: 'slow' })
    const aborted = assertConsensus(nodes, { seed, signal: AbortSignal.abort(new Error('enough')) })
    await expect(aborted).rejects.toThrow('enough')
  })
})

describe('haveConsensus', () => {
  it('is the same as an answer', async () => {
    const agreeing = await nodesThatSay({ headSlot: 1, headRoot: root('a') })
    expect(await haveConsensus(agreeing, { seed })).toBe(true)
    const silent = await nodesThatSay({ problem: 'connection refused' })
    expect(await haveConsensus(silent, { seed })).toBe(false)
  })

  it('throws what is no answer', async () => {
    const nodes = await nodesThatSay({ problem: 'slow' })
    const aborted = haveConsensus(nodes, { seed, signal: AbortSignal.abort(new Error('enough')) })
    await expect(aborted).rejects.toThrow('enough')
  })
})
