import { describe, expect, it } from 'vitest'
import { checkpoint, genesis, nameOf, rootOf, Scenario, withCheckpoints } from './scenario.ts'

const late = { isTimely: false }

/** genesis <- a <- b <- c <- d, with x upon genesis, y upon x, and z upon c. `b` of epoch 2 becomes final. */
function story(): Scenario {
  const scenario = new Scenario().tick(8).block('a').block('x').tick(9).block('y', 'x')
  scenario.tick(16).block('b', 'a').tick(24).block('c', 'b').tick(25).block('z', 'c')
  return scenario.vote('a', 0, 1).vote('y', 1, 1).vote('c', 2, 3)
}

function finalize(scenario: Scenario): Scenario {
  const { currentSlot } = scenario.forkChoice
  const justified = withCheckpoints(checkpoint(3, 'c'), checkpoint(2, 'b'))
  return scenario.tick(currentSlot + 1).block('d', 'c', { ...late, ...justified })
}

function namesOf(blocks: readonly { root: string }[]): string[] {
  return blocks.map((block) => nameOf(block.root))
}

describe('pruning', () => {
  it('forgets nothing before a later block is finalized', () => {
    expect(story().forkChoice.prune()).toEqual({ canonical: [], orphaned: [] })
  })

  it('forgets the chain below the finalized block and all other branches, and says which is which', () => {
    const { forkChoice } = finalize(story())
    const { canonical, orphaned } = forkChoice.prune()
    expect(namesOf(canonical)).toEqual(['genesis', 'a'])
    expect(namesOf(orphaned)).toEqual(['x', 'y'])
    expect(forkChoice.dump().nodes.map((node) => nameOf(node.blockRoot))).toEqual(['b', 'c', 'z', 'd'])
    expect(forkChoice.prune()).toEqual({ canonical: [], orphaned: [] })
  })

  it('changes neither head nor weights, and goes on counting', () => {
    const pruned = finalize(story())
    const whole = finalize(story())
    pruned.forkChoice.prune()
    for (const scenario of [pruned, whole]) {
      scenario.tick(33).block('e', 'd').tick(34).vote('e', 0, 4, 33).vote('z', 4, 2, 33)
      scenario.forkChoice.onAttesterSlashing([3])
    }
    expect(pruned.head).toBe('e')
    expect(whole.head).toBe('e')
    const names = ['b', 'c', 'd', 'e', 'z']
    expect(names.map((name) => pruned.weightEth(name))).toEqual([160, 160, 96, 96, 64])
    expect(names.map((name) => whole.weightEth(name))).toEqual([160, 160, 96, 96, 64])
  })

  it('forgets votes for forgotten blocks, but not their epoch', () => {
    const scenario = finalize(story())
    scenario.forkChoice.prune()
    expect(scenario.forkChoice.getLatestMessage(1)).toBeUndefined()
    expect(scenario.forkChoice.getLatestMessage(2)).toEqual({ epoch: 3, root: rootOf('c') })
    // Validator 1 voted for `y` in epoch 3.
    expect(scenario.vote('d', 1, 1, 26).tick(28).weightEth('d')).toBe(0)
    expect(scenario.tick(33).vote('d', 1, 1, 32).weightEth('d')).toBe(32)
  })

  it('takes a vote for the finalized block with a forgotten target, as blocks may bring it', () => {
    const scenario = new Scenario().tick(7).block('a').tick(15).block('b', 'a').tick(24).block('c', 'b')
    const { slot, target } = scenario.attestation('b', 9, 1, 15)
    expect([slot, target]).toEqual([15, checkpoint(1, 'a')])
    const vote = { ...scenario.attestation('b', 9, 1, 15), isFromBlock: true }
    scenario.tick(32).block('d', 'c', withCheckpoints(checkpoint(3, 'c'), checkpoint(2, 'b')))
    scenario.forkChoice.prune()
    expect(scenario.forkChoice.getBlock(rootOf('a'))).toBeUndefined()
    scenario.forkChoice.onAttestation(vote)
    expect(scenario.forkChoice.getLatestMessage(9)).toEqual({ epoch: 1, root: rootOf('b') })
  })

  it('refuses forgotten blocks, and blocks and votes upon them', () => {
    const scenario = finalize(story())
    scenario.forkChoice.prune()
    const refusals = [
      () => scenario.block('x', 'genesis', { slot: 8 }),
      () => scenario.block('f', 'y', { slot: 20 }),
      () => scenario.forkChoice.getWeightGwei(rootOf('y')),
      () => scenario.forkChoice.onAttestation(story().attestation('y', 7, 1)),
    ]
    const reasons = refusals.map((refusal) => {
      try {
        return refusal()
      } catch (error) {
        return (error as { reason?: string }).reason
      }
    })
    expect(reasons).toEqual(['before-finalized', 'unknown-parent', 'unknown-block', 'unknown-block'])
  })

  it('answers for what lies below the oldest block that it does not know', () => {
    const { forkChoice } = finalize(story())
    forkChoice.prune()
    expect(forkChoice.getAncestor(rootOf('d'), 15)).toBeUndefined()
    expect(forkChoice.getCheckpointRoot(rootOf('d'), 1)).toBeUndefined()
    expect(forkChoice.getBlock(rootOf('b'))?.parentRoot).toBe(rootOf('a'))
    // All chains that are left share what was forgotten, so the oldest block stands for it.
    expect(forkChoice.getShufflingDependentRoot(rootOf('d'), 2)).toBe(rootOf('b'))
  })

  it('keeps everything when a checkpoint lies in a branch that conflicts with the finalized one', () => {
    const scenario = story().tick(32)
    scenario.block('conflict', 'y', withCheckpoints(checkpoint(4, 'y'), genesis))
    scenario.block('d', 'c', withCheckpoints(checkpoint(3, 'c'), checkpoint(2, 'b')))
    expect(scenario.forkChoice.finalizedCheckpoint).toEqual(checkpoint(2, 'b'))
    expect(scenario.forkChoice.prune()).toEqual({ canonical: [], orphaned: [] })
    expect(scenario.head).toBe('y')
  })
})
