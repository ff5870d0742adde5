import { describe, expect, it } from 'vitest'
import type { ForkChoiceReason } from '../../../../src/embedded/fork-choice/errors.ts'
import type { BlockSummary } from '../../../../src/embedded/fork-choice/types.ts'
import { checkpoint, hashOf, rootOf, Scenario, withCheckpoints, withUnrealized } from './scenario.ts'

/** Epoch 3, with `a` of epoch 1 finalized and `rival` beside it. */
function finalized(): Scenario {
  const scenario = new Scenario().tick(8).block('a').tick(10).block('rival').tick(16).block('b', 'a')
  return scenario.tick(25).block('c', 'b', withCheckpoints(checkpoint(2, 'b'), checkpoint(1, 'a')))
}

function expectRefused(scenario: Scenario, block: BlockSummary, reason: ForkChoiceReason): void {
  const before = scenario.forkChoice.dump()
  expect(() => scenario.forkChoice.onBlock(block)).toThrowError(
    expect.objectContaining({ reason, code: `fork-choice-${reason}` }),
  )
  expect(scenario.forkChoice.dump()).toEqual(before)
}

describe('on_block (phase0/fork-choice.md)', () => {
  it('says so when it knows the block, and changes nothing', () => {
    const scenario = finalized()
    const known = scenario.summary('c', 'b', withCheckpoints(checkpoint(3, 'c')))
    expect(scenario.forkChoice.onBlock(known)).toBe('known')
    expect(scenario.forkChoice.justifiedCheckpoint).toEqual(checkpoint(2, 'b'))
    expect(scenario.forkChoice.onBlock(scenario.summary('d', 'b'))).toBe('imported')
  })

  it('refuses a block whose parent is not known', () => {
    const scenario = finalized()
    expectRefused(scenario, scenario.summary('e', 'nobody'), 'unknown-parent')
  })

  it('refuses a block of a future slot, until that slot', () => {
    const scenario = finalized()
    const early = scenario.summary('e', 'c', { slot: 26 })
    expectRefused(scenario, early, 'future-slot')
    expect(scenario.tick(26).forkChoice.onBlock(early)).toBe('imported')
  })

  it('refuses a block that is not later than the first slot of the finalized epoch', () => {
    const scenario = finalized()
    expectRefused(scenario, scenario.summary('e', 'genesis', { slot: 8 }), 'before-finalized')
  })

  it('says before-finalized also of a block with an unknown parent, so that nobody looks for the parent', () => {
    const scenario = finalized()
    expectRefused(scenario, scenario.summary('e', 'nobody', { slot: 7 }), 'before-finalized')
  })

  it('refuses a block whose chain does not hold the finalized block', () => {
    const scenario = finalized()
    expectRefused(scenario, scenario.summary('e', 'rival'), 'conflicts-with-finalized')
  })

  it('refuses a block that is not later than its parent', () => {
    const scenario = finalized()
    expectRefused(scenario, scenario.summary('e', 'c', { slot: 25 }), 'malformed')
  })

  it('refuses a malformed root or slot', () => {
    const scenario = finalized()
    for (const root of ['', '0x', rootOf('e').toUpperCase(), `0x${'00'.repeat(32)}`, rootOf('e').slice(2)]) {
      expectRefused(scenario, { ...scenario.summary('e', 'b'), root }, 'malformed')
    }
    for (const slot of [Number.NaN, 24.5, -1 / 0]) {
      expectRefused(scenario, { ...scenario.summary('e', 'b'), slot }, 'malformed')
    }
  })

  it('refuses a post-state whose newer checkpoints name unknown blocks, whichever of the four it is', () => {
    const scenario = finalized()
    for (const details of [
      { justifiedCheckpoint: checkpoint(3, 'nobody') },
      { finalizedCheckpoint: checkpoint(2, 'nobody') },
      withUnrealized(checkpoint(3, 'nobody'), checkpoint(1, 'a')),
      withUnrealized(checkpoint(2, 'b'), checkpoint(2, 'nobody')),
    ]) {
      expectRefused(scenario, scenario.summary('e', 'b', details), 'unknown-checkpoint')
    }
    // Older ones may well have been pruned: they move nothing.
    const older = withCheckpoints(checkpoint(1, 'nobody'), checkpoint(1, 'nobody'))
    expect(scenario.forkChoice.onBlock(scenario.summary('e', 'b', older))).toBe('imported')
  })

  it('refuses more blocks than maxBlocks, the anchor included', () => {
    const scenario = new Scenario({ options: { maxBlocks: 2 } }).tick(1).block('a').tick(2)
    expectRefused(scenario, scenario.summary('b', 'a'), 'limit-reached')
  })

  it('offers its cheap checks before the state transition', () => {
    const { forkChoice } = finalized()
    const header = { slot: 25, root: rootOf('e'), parentRoot: rootOf('b') }
    forkChoice.requireImportable(header)
    expect(() => forkChoice.requireImportable({ ...header, parentRoot: rootOf('nobody') })).toThrowError(
      expect.objectContaining({ reason: 'unknown-parent' }),
    )
    expect(forkChoice.getBlock(rootOf('e'))).toBeUndefined()
  })
})

describe('get_ancestor and its relatives (phase0/fork-choice.md)', () => {
  it('finds ancestors by slot and by epoch', () => {
    const { forkChoice } = finalized()
    const c = rootOf('c')
    expect(forkChoice.getAncestor(c, 25)?.root).toBe(c)
    expect(forkChoice.getAncestor(c, 24)?.root).toBe(rootOf('b'))
    expect(forkChoice.getAncestor(c, 15)?.root).toBe(rootOf('a'))
    expect(forkChoice.getAncestor(c, 0)?.root).toBe(rootOf('genesis'))
    expect(forkChoice.getCheckpointRoot(c, 3)).toBe(rootOf('b'))
    expect(forkChoice.getCheckpointRoot(c, 1)).toBe(rootOf('a'))
    expect(() => forkChoice.getAncestor(rootOf('nobody'), 3)).toThrowError(
      expect.objectContaining({ reason: 'unknown-block' }),
    )
  })

  it('knows who descends from whom', () => {
    const { forkChoice } = finalized()
    expect(forkChoice.isAncestor(rootOf('a'), rootOf('c'))).toBe(true)
    expect(forkChoice.isAncestor(rootOf('c'), rootOf('c'))).toBe(true)
    expect(forkChoice.isAncestor(rootOf('c'), rootOf('a'))).toBe(false)
    expect(forkChoice.isAncestor(rootOf('rival'), rootOf('c'))).toBe(false)
    expect(forkChoice.getCommonAncestor(rootOf('rival'), rootOf('c'))?.root).toBe(rootOf('genesis'))
    expect(forkChoice.getCommonAncestor(rootOf('c'), rootOf('b'))?.root).toBe(rootOf('b'))
    expect(forkChoice.getCommonAncestor(rootOf('c'), rootOf('c'))?.root).toBe(rootOf('c'))
  })

  it('finds the block that the shuffling of an epoch depends on (get_shuffling_dependent_root)', () => {
    const { forkChoice } = finalized()
    expect(forkChoice.getShufflingDependentRoot(rootOf('c'), 0)).toBe(rootOf('genesis'))
    expect(forkChoice.getShufflingDependentRoot(rootOf('c'), 2)).toBe(rootOf('genesis'))
    expect(forkChoice.getShufflingDependentRoot(rootOf('c'), 3)).toBe(rootOf('a'))
    expect(forkChoice.getShufflingDependentRoot(rootOf('c'), 4)).toBe(rootOf('b'))
  })

  it('lists all leaves, also those that are not viable', () => {
    const { forkChoice } = finalized()
    expect(forkChoice.getHeads().map((block) => block.root)).toEqual([rootOf('rival'), rootOf('c')])
    expect(forkChoice.getViableHeads().map((block) => block.root)).toEqual([rootOf('c')])
    expect(forkChoice.getBlock(rootOf('c'))?.executionBlockHash).toBe(hashOf('c'))
  })
})
