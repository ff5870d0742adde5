import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BlockTree } from '../../../src/observe/record/block-tree.ts'

interface Block {
  readonly slot: number
  readonly root: string
  readonly parentRoot: string
}

/** Blocks in the order of their slots, each on any earlier one; slots may be left out. */
const trees = fc
  .array(fc.record({ parent: fc.nat(), skipped: fc.nat(2) }), { maxLength: 30 })
  .map((steps) => {
    const blocks: Block[] = [{ slot: 0, root: 'r0', parentRoot: 'none' }]
    for (const [index, { parent, skipped }] of steps.entries()) {
      const before = blocks[parent % blocks.length] as Block
      const slot = Math.max(before.slot + 1, (blocks.at(-1) as Block).slot) + skipped
      blocks.push({ slot, root: `r${index + 1}`, parentRoot: before.root })
    }
    return blocks
  })

function ancestors(blocks: readonly Block[], root: string): string[] {
  const block = blocks.find((one) => one.root === root)
  return block === undefined ? [] : [root, ...ancestors(blocks, block.parentRoot)]
}

it('finds the latest block that two descend from', () => {
  fc.assert(
    fc.property(trees, fc.nat(), fc.nat(), (blocks, a, b) => {
      const tree = new BlockTree()
      for (const block of blocks) tree.add(block)
      const [one, other] = [blocks[a % blocks.length] as Block, blocks[b % blocks.length] as Block]
      const expected = ancestors(blocks, one.root).find((root) =>
        ancestors(blocks, other.root).includes(root),
      )
      expect(tree.commonAncestor(one.root, other.root)?.root).toBe(expected)
    }),
  )
})

it('does not know an ancestor that it has forgotten', () => {
  const tree = new BlockTree(3)
  for (const [slot, parentRoot] of [
    [0, 'none'],
    [1, 'r0'],
    [2, 'r0'],
    [3, 'r1'],
  ] as const) {
    tree.add({ slot, root: `r${slot}`, parentRoot })
  }
  expect(tree.commonAncestor('r3', 'r2')).toBeUndefined()
  expect(tree.commonAncestor('r3', 'r1')?.root).toBe('r1')
})

it('learns the parent of a block from another node', () => {
  const tree = new BlockTree()
  tree.add({ slot: 1, root: 'r1', parentRoot: 'r0' })
  tree.add({ slot: 2, root: 'r2' })
  expect(tree.commonAncestor('r1', 'r2')).toBeUndefined()
  tree.add({ slot: 2, root: 'r2', parentRoot: 'r1' })
  tree.add({ slot: 2, root: 'r2' })
  expect(tree.commonAncestor('r1', 'r2')?.root).toBe('r1')
})
