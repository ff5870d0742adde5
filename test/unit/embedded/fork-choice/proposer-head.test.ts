import { describe, expect, it } from 'vitest'
import type { ReorgConditions } from '../../../../src/embedded/fork-choice/proposer-head.ts'
import { checkpoint, nameOf, Scenario, type ScenarioParameters, withUnrealized } from './scenario.ts'

interface Story extends ScenarioParameters {
  readonly headSlot?: number
  readonly parentSlot?: number
  readonly isHeadTimely?: boolean
  /** Votes, of 10 validators a slot, for the head and for its parent. */
  readonly headVotes?: number
  readonly parentVotes?: number
  readonly headDetails?: object
}

/** A head that came late and got no vote, upon a parent that got two slots' votes: the next proposer's time. */
function lateHead(story: Story = {}): Scenario {
  const { headSlot = 10, parentSlot = headSlot - 1, headVotes = 0, parentVotes = 20 } = story
  const scenario = new Scenario(story).tick(parentSlot).block('parent')
  scenario
    .tick(headSlot)
    .block('head', 'parent', { isTimely: story.isHeadTimely ?? false, ...story.headDetails })
  scenario.tick(headSlot + 1)
  if (parentVotes > 0) scenario.vote('parent', 0, parentVotes, headSlot)
  if (headVotes > 0) scenario.vote('head', 40, headVotes, headSlot)
  return scenario
}

function proposal(scenario: Scenario, slot = scenario.forkChoice.currentSlot) {
  const { root, conditions, isReorg } = scenario.forkChoice.getProposerHead(slot)
  const failed = Object.entries(conditions ?? {}).filter(([, isMet]) => !isMet)
  return { name: nameOf(root), isReorg, failed: failed.map(([name]) => name as keyof ReorgConditions) }
}

/** Not a condition for the re-org of a late head, but another reason for one. */
const always: (keyof ReorgConditions)[] = ['isProposerEquivocation']

function expectHeadKept(scenario: Scenario, failed: keyof ReorgConditions, slot?: number): void {
  expect(scenario.head).toBe('head')
  expect(proposal(scenario, slot)).toEqual({
    name: 'head',
    isReorg: false,
    failed: expect.toSatisfy((names: string[]) => {
      return names.length === 2 && names.includes(failed) && names.includes('isProposerEquivocation')
    }),
  })
}

describe('get_proposer_head (phase0/fork-choice.md)', () => {
  it('is the parent when all conditions are met', () => {
    expect(lateHead().head).toBe('head')
    expect(proposal(lateHead())).toEqual({ name: 'parent', isReorg: true, failed: always })
  })

  it('is the head when it came in time (is_head_late)', () => {
    expectHeadKept(lateHead({ isHeadTimely: true }), 'isHeadLate')
  })

  it('is the head in the first slot of an epoch (is_shuffling_stable)', () => {
    expectHeadKept(lateHead({ headSlot: 15 }), 'isShufflingStable')
  })

  it('is the parent in the first slot of an epoch from Fulu on (fulu/fork-choice.md, EIP-7917)', () => {
    const fulu = lateHead({ headSlot: 15, options: { fuluForkEpoch: 2 } })
    expect(proposal(fulu)).toEqual({ name: 'parent', isReorg: true, failed: always })
    expectHeadKept(lateHead({ headSlot: 15, options: { fuluForkEpoch: 3 } }), 'isShufflingStable')
  })

  it('is the head when it justifies what its parent does not (is_ffg_competitive)', () => {
    const headDetails = withUnrealized(checkpoint(1, 'genesis'))
    expectHeadKept(lateHead({ headDetails }), 'isFfgCompetitive')
  })

  it('is the head when the chain has not finalized for more than two epochs (is_finalization_ok)', () => {
    expect(proposal(lateHead({ headSlot: 20 })).isReorg).toBe(true)
    expectHeadKept(lateHead({ headSlot: 28 }), 'isFinalizationOk')
  })

  it('is the head when the proposer is late itself (is_proposing_on_time)', () => {
    // PROPOSER_REORG_CUTOFF_BPS of 6000 ms, rounded down.
    expect(proposal(lateHead().tick(11, 1000)).isReorg).toBe(true)
    expectHeadKept(lateHead().tick(11, 1001), 'isProposingOnTime')
  })

  it('is the head when its parent is not of the slot before it (parent_slot_ok)', () => {
    expectHeadKept(lateHead({ parentSlot: 8 }), 'isParentSlotOk')
  })

  it('is the head when the proposal is not for the slot after it (current_time_ok)', () => {
    expectHeadKept(lateHead(), 'isCurrentTimeOk', 12)
  })

  it('is the head when it has a fifth of a committee (is_head_weak)', () => {
    expect(proposal(lateHead({ headVotes: 1 })).isReorg).toBe(true)
    expectHeadKept(lateHead({ headVotes: 2 }), 'isHeadWeak')
  })

  it('is the head when its parent has no more than 160 % of a committee (is_parent_strong)', () => {
    expectHeadKept(lateHead({ parentVotes: 16 }), 'isParentStrong')
    expect(proposal(lateHead({ parentVotes: 17 })).isReorg).toBe(true)
  })

  it("counts the head's votes for its parent too", () => {
    expect(proposal(lateHead({ parentVotes: 16, headVotes: 1 })).isReorg).toBe(true)
  })

  it('is the head while the head still has its boost', () => {
    const scenario = new Scenario().tick(1).block('parent').tick(2).block('head', 'parent')
    expect(proposal(scenario, 3)).toMatchObject({ name: 'head', isReorg: false })
    expect(proposal(scenario, 3).failed).toContain('isBoostWornOff')
  })

  it('is the head when nothing is known below it', () => {
    const { forkChoice } = new Scenario().tick(1)
    expect(nameOf(forkChoice.getProposerHead(1).root)).toBe('genesis')
    expect(forkChoice.getProposerHead(1).conditions).toBeUndefined()
  })
})

describe('is_head_weak with equivocating validators (phase0/fork-choice.md)', () => {
  it("counts the stake of those in the head slot's committees for the head, voting or not", () => {
    const asked: string[] = []
    const story = {
      committeeMembers: (root: string) => {
        asked.push(nameOf(root))
        return [70, 71, 72]
      },
    }
    const scenario = lateHead(story)
    expect(proposal(scenario).isReorg).toBe(true)
    // Nobody is asked for committees while nobody equivocates.
    expect(asked).toEqual([])
    scenario.forkChoice.onAttesterSlashing([70, 50])
    expect(proposal(scenario).isReorg).toBe(true)
    scenario.forkChoice.onAttesterSlashing([71])
    expectHeadKept(scenario, 'isHeadWeak')
    expect(asked[0]).toBe('head')
  })

  it('counts their effective balance in the justified state, also when that state has them slashed', () => {
    const effectiveIncrements = new Uint16Array(80).fill(32)
    const votingIncrements = effectiveIncrements.slice().fill(0, 70)
    const scenario = lateHead({
      balancesAt: () => ({ effectiveIncrements, votingIncrements }),
      committeeMembers: () => [70, 71],
    })
    expect(proposal(scenario).isReorg).toBe(true)
    scenario.forkChoice.onAttesterSlashing([70, 71])
    expectHeadKept(scenario, 'isHeadWeak')
  })
})

describe('is_proposer_equivocation (phase0/fork-choice.md)', () => {
  /** A strong, timely parent chain, and two blocks by one proposer in the slot before the proposal. */
  function equivocating(story: Story & { readonly otherProposer?: number } = {}): Scenario {
    const { otherProposer = 10 } = story
    const scenario = new Scenario(story).tick(7).block('parent')
    scenario.tick(10).block('head', 'parent', { isTimely: true })
    scenario.block('head-2', 'parent', { isTimely: false, proposerIndex: otherProposer })
    scenario.tick(11)
    if (story.headVotes !== undefined) scenario.vote('head-2', 40, story.headVotes)
    return scenario
  }

  it('is the parent of a weak head whose proposer made another block, however the head came', () => {
    expect(equivocating().head).toBe('head-2')
    expect(proposal(equivocating())).toMatchObject({ name: 'parent', isReorg: true })
  })

  it('is the head when the other block is by another proposer', () => {
    expect(proposal(equivocating({ otherProposer: 11 }))).toMatchObject({ name: 'head-2', isReorg: false })
  })

  it('is the head when it is not weak', () => {
    expect(proposal(equivocating({ headVotes: 2 }))).toMatchObject({ name: 'head-2', isReorg: false })
  })

  it('is the head when the proposal is not for the next slot', () => {
    expect(proposal(equivocating(), 12)).toMatchObject({ name: 'head-2', isReorg: false })
  })

  it('does not count a block whose payload is invalid', () => {
    const scenario = new Scenario().tick(9).block('parent')
    scenario.tick(10).block('head', 'parent')
    scenario.block('z', 'parent', { isTimely: false, executionStatus: 'optimistic' }).tick(11)
    const { root } = scenario.summary('z', 'parent', { slot: 10 })
    expect(proposal(scenario).isReorg).toBe(true)
    scenario.forkChoice.onInvalidPayload(root, null)
    expect(proposal(scenario)).toMatchObject({ name: 'head', isReorg: false })
  })
})

describe('should_override_forkchoice_update (bellatrix/fork-choice.md, up to consensus-specs 1.6)', () => {
  const ours = { proposesNextSlot: true }

  it('keeps a late head from the execution client when our proposer is next', () => {
    expect(lateHead().forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(true)
    expect(lateHead().forkChoice.shouldOverrideForkchoiceUpdate({ proposesNextSlot: false })).toBe(false)
  })

  it("assumes in the head's own slot that the votes will be as needed", () => {
    const scenario = new Scenario()
      .tick(9)
      .block('parent')
      .tick(10)
      .block('head', 'parent', { isTimely: false })
    expect(scenario.forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(true)
    expect(scenario.tick(11).forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(false)
  })

  it('gives up when the proposal is late, or its slot over', () => {
    expect(lateHead().tick(11, 1001).forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(false)
    expect(lateHead().tick(12).forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(false)
  })

  it.each([
    ['is_head_late', { isHeadTimely: true }],
    ['is_shuffling_stable', { headSlot: 15 }],
    ['is_ffg_competitive', { headDetails: withUnrealized(checkpoint(1, 'genesis')) }],
    ['is_finalization_ok', { headSlot: 28 }],
    ['parent_slot_ok', { parentSlot: 8 }],
    ['is_head_weak', { headVotes: 2 }],
    ['is_parent_strong', { parentVotes: 16 }],
  ] satisfies [string, Story][])(
    'tells the execution client of the head when %s speaks for it',
    (_, story) => {
      expect(lateHead(story).forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(false)
    },
  )

  it('has nothing to override at genesis', () => {
    expect(new Scenario().forkChoice.shouldOverrideForkchoiceUpdate(ours)).toBe(false)
  })
})
