import { describe, expect, it } from 'vitest'
import { checkpoint, rootOf, Scenario, withCheckpoints, withUnrealized } from './scenario.ts'

const late = { isTimely: false }

describe('get_head (phase0/fork-choice.md)', () => {
  it('is the anchor when there is no other block', () => {
    expect(new Scenario().head).toBe('genesis')
  })

  it('follows a chain to its end', () => {
    const scenario = new Scenario().tick(3)
    scenario.block('a', 'genesis', { slot: 1 }).block('b', 'a', { slot: 2 }).block('c', 'b')
    expect(scenario.head).toBe('c')
  })

  it('breaks a tie in favour of the lexicographically higher root, in either order of arrival', () => {
    for (const names of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const scenario = new Scenario().tick(1)
      for (const name of names) scenario.block(name, 'genesis', late)
      expect(scenario.head).toBe('b')
    }
  })

  it('chooses the branch with more stake, not the longer one', () => {
    const scenario = new Scenario().tick(4)
    scenario.block('long-1', 'genesis', { slot: 1 }).block('long-2', 'long-1', { slot: 2 })
    scenario.block('long-3', 'long-2', { slot: 3 }).block('heavy', 'genesis', { slot: 2 })
    scenario.vote('long-3', 0, 1).vote('heavy', 1, 2)
    expect(scenario.head).toBe('heavy')
    expect(scenario.weightEth('long-1')).toBe(32)
    expect(scenario.weightEth('heavy')).toBe(64)
    expect(scenario.weightEth('genesis')).toBe(96)
  })

  it('counts a vote for a block also for its ancestors, and not for its descendants', () => {
    const scenario = new Scenario().tick(4)
    scenario.block('a', 'genesis', { slot: 1 }).block('b', 'a', { slot: 2 }).block('c', 'b', { slot: 3 })
    scenario.vote('b', 0, 3)
    expect(['genesis', 'a', 'b', 'c'].map((name) => scenario.weightEth(name))).toEqual([96, 96, 96, 0])
  })
})

describe('update_latest_messages (phase0/fork-choice.md)', () => {
  it('moves the stake when a validator votes again in a later epoch', () => {
    const scenario = new Scenario().tick(2).block('a', 'genesis', late).block('b', 'genesis', late)
    scenario.tick(3).vote('b', 0, 2)
    expect(scenario.head).toBe('b')
    scenario.tick(9).vote('a', 0, 2, 8)
    expect(scenario.head).toBe('a')
    expect(scenario.weightEth('b')).toBe(0)
    expect(scenario.forkChoice.getLatestMessage(1)).toEqual({ epoch: 1, root: rootOf('a') })
  })

  it('ignores a second vote in the same epoch, and one of an earlier epoch', () => {
    const scenario = new Scenario().tick(2).block('a', 'genesis', late).block('b', 'genesis', late)
    scenario.tick(10).vote('b', 0, 1, 8).vote('a', 0, 1, 9).vote('a', 0, 1, 7)
    expect(scenario.weightEth('a')).toBe(0)
    expect(scenario.weightEth('b')).toBe(32)
  })
})

describe('get_attestation_score (phase0/fork-choice.md)', () => {
  it('takes the balances of the justified state, and those of the next once it is justified', () => {
    const asked: number[] = []
    const scenario = new Scenario({
      balancesAt: ({ epoch }) => {
        asked.push(epoch)
        const increments = epoch === 0 ? [32, 32, 32] : [1, 1, 2048]
        const balances = Uint16Array.from(increments)
        return { votingIncrements: balances, effectiveIncrements: balances }
      },
    })
    scenario.tick(8).block('a', 'genesis', late).tick(9).block('b', 'a', late).block('c', 'a', late)
    scenario.tick(10).vote('b', 0, 2).vote('c', 2, 1)
    expect(scenario.head).toBe('b')
    scenario.tick(16).block('d', 'c', { ...late, ...withCheckpoints(checkpoint(1, 'a')) })
    scenario.block('e', 'b', { ...late, ...withCheckpoints(checkpoint(1, 'a')) })
    expect(scenario.weightEth('b')).toBe(2)
    expect(scenario.weightEth('c')).toBe(2048)
    expect(scenario.head).toBe('d')
    expect(asked).toEqual([0, 1])
  })

  it('counts a vote of a validator that the justified state does not know yet once it does', () => {
    const scenario = new Scenario({
      balancesAt: ({ epoch }) => {
        const balances = new Uint16Array(epoch === 0 ? 1 : 2).fill(32)
        return { votingIncrements: balances, effectiveIncrements: balances }
      },
    })
    scenario.tick(8).block('a', 'genesis', late).tick(9).vote('a', 1, 1)
    expect(scenario.weightEth('a')).toBe(0)
    scenario.tick(16).block('b', 'a', { ...late, ...withCheckpoints(checkpoint(1, 'a')) })
    expect(scenario.weightEth('a')).toBe(32)
  })
})

describe('filter_node_tree (phase0/fork-choice.md)', () => {
  /** Two branches upon epoch 1's block `a`; only `voted` has seen the justification of epoch `justifiedEpoch`. */
  function forked({ slot, justifiedEpoch }: { slot: number; justifiedEpoch: number }): Scenario {
    const scenario = new Scenario()
      .tick(8)
      .block('a')
      .tick(slot - 1)
    scenario.block('unaware', 'a', late)
    scenario.tick(slot).block('aware', 'a', {
      ...late,
      ...withCheckpoints(checkpoint(justifiedEpoch, 'a')),
    })
    return scenario.vote('unaware', 0, 10)
  }

  it('keeps a branch whose voting source is not more than two epochs old, although it is not the justified one', () => {
    // Epoch 2: a voting source of epoch 0 is two epochs ago.
    expect(forked({ slot: 23, justifiedEpoch: 1 }).head).toBe('unaware')
  })

  it('leaves out a branch whose voting source is older than that, however much stake votes for it', () => {
    // Epoch 3: it is three epochs ago.
    const scenario = forked({ slot: 25, justifiedEpoch: 2 })
    expect(scenario.head).toBe('aware')
    expect(scenario.weightEth('unaware')).toBe(320)
    expect(scenario.forkChoice.getViableHeads().map((block) => block.root)).toEqual([rootOf('aware')])
  })

  it('is the justified block when no branch is viable', () => {
    const scenario = new Scenario().tick(8).block('a').tick(16)
    scenario.block('b', 'a', withCheckpoints(checkpoint(1, 'a')))
    scenario
      .tick(17)
      .block('unaware', 'b', { ...late, ...withCheckpoints({ epoch: 0, root: rootOf('genesis') }) })
    expect(scenario.head).toBe('unaware')
    scenario.tick(24)
    expect(scenario.head).toBe('a')
    expect(scenario.forkChoice.getViableHeads().map((block) => block.root)).toEqual([rootOf('a')])
  })

  it('leaves out a branch that does not hold the finalized checkpoint, although it holds the justified block', () => {
    // No block came between `a` and the first slots of epochs 1 and 2, so `a` is the checkpoint block of both.
    const scenario = new Scenario().tick(5).block('a').tick(7)
    scenario.block('stale', 'a', { ...late, ...withUnrealized(checkpoint(1, 'a')) })
    scenario.tick(8).vote('stale', 0, 20)
    expect(scenario.head).toBe('stale')
    const justified = withCheckpoints(checkpoint(2, 'a'), checkpoint(1, 'a'))
    scenario.tick(24).block('b', 'a', { ...late, ...justified })
    expect(scenario.weightEth('stale')).toBe(640)
    expect(scenario.head).toBe('b')
    expect(scenario.forkChoice.isFinalizedDescendant(rootOf('b'))).toBe(true)
    expect(scenario.forkChoice.isFinalizedDescendant(rootOf('stale'))).toBe(false)
  })

  it('judges leaves only: a viable block whose every child is not viable is not in the tree', () => {
    const scenario = new Scenario().tick(8).block('a').tick(24)
    scenario.block('b', 'a', { ...late, ...withCheckpoints(checkpoint(2, 'a')) })
    scenario.tick(25).block('c', 'a', { ...late, ...withCheckpoints(checkpoint(2, 'a')) })
    scenario.vote('b', 0, 5)
    expect(scenario.head).toBe('b')
    const behind = withCheckpoints({ epoch: 0, root: rootOf('genesis') })
    scenario.tick(26).block('d', 'b', { ...late, ...behind })
    expect(scenario.head).toBe('c')
  })
})
