import { expect, it } from 'vitest'
import { BlockTree, isAncestor, NO_NODE } from '../../../../src/embedded/fork-choice/block-tree.ts'
import { ZERO_ROOT } from '../../../../src/embedded/fork-choice/types.ts'
import { rootOf } from './roots.ts'
import { genesis } from './scenario.ts'

function summary(number: number, parent: number) {
  return {
    slot: number,
    root: rootOf(number),
    parentRoot: parent < 0 ? ZERO_ROOT : rootOf(parent),
    proposerIndex: number,
    executionBlockHash: ZERO_ROOT,
    executionStatus: 'valid' as const,
    isTimely: true,
    justifiedCheckpoint: genesis,
    finalizedCheckpoint: genesis,
    unrealizedJustifiedCheckpoint: genesis,
    unrealizedFinalizedCheckpoint: genesis,
  }
}

it('knows parents and equivocations of old blocks also when it has grown a few times', () => {
  const tree = new BlockTree({ slotsPerEpoch: 8, maxBlocks: 1000 }, { epoch: 0, root: rootOf(0) })
  const parentOf = (number: number) => Math.floor((number - 1) / 2)
  const nodes = Array.from({ length: 300 }, (_, number) => tree.insert(summary(number, parentOf(number))))
  for (const [number, node] of nodes.entries()) {
    expect(node.index).toBe(number)
    expect(tree.parentIndex(number)).toBe(number === 0 ? NO_NODE : parentOf(number))
    expect(node.duty.blockCount).toBe(1)
  }
  const twin = tree.insert({ ...summary(300, 1), slot: 5, proposerIndex: 5 })
  expect(twin.duty).toBe(nodes[5]?.duty)
  expect(twin.duty.blockCount).toBe(2)
  // Neither the same slot nor the same proposer alone makes an equivocation.
  expect(tree.insert({ ...summary(301, 1), slot: 5, proposerIndex: 6 }).duty.blockCount).toBe(1)
  expect(tree.insert({ ...summary(302, 5), slot: 6, proposerIndex: 5 }).duty.blockCount).toBe(1)
})

it('keeps the family of every block through pruning', () => {
  const tree = new BlockTree({ slotsPerEpoch: 8, maxBlocks: 1000 }, { epoch: 0, root: rootOf(0) })
  const parentOf = (number: number) => Math.floor((number - 1) / 2)
  for (let number = 0; number < 300; number++) tree.insert(summary(number, parentOf(number)))
  const oldest = tree.require(rootOf(2))
  const before = tree.nodes.filter((node) => isAncestor(oldest, node))
  const oldIndices = before.map((node) => node.index)
  const { removed, newIndexOf } = tree.prune(oldest)
  expect(tree.nodes).toEqual(before)
  expect(oldIndices.map((index) => newIndexOf[index])).toEqual([...before.keys()])
  expect(removed.canonical.map((block) => block.root)).toEqual([rootOf(0)])
  expect(removed.orphaned.length + before.length).toBe(299)
  for (const [index, node] of tree.nodes.entries()) {
    expect(node.index).toBe(index)
    expect(tree.parentIndex(index)).toBe(node === oldest ? NO_NODE : node.parent?.index)
    expect(tree.get(node.root)).toBe(node)
  }
  expect(oldest.parent).toBeUndefined()
})
