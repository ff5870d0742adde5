import { describe, expect, it } from 'vitest'
import { ZERO_ROOT } from '../../../../src/embedded/fork-choice/types.ts'
import { checkpoint, hashOf, nameOf, rootOf, Scenario, withCheckpoints } from './scenario.ts'

const optimistic = { executionStatus: 'optimistic', isTimely: false } as const

/** genesis <- a (valid) <- b <- c <- d, with e upon b; all but a optimistic. */
function syncing(): Scenario {
  const scenario = new Scenario().tick(1).block('a').tick(2).block('b', 'a', optimistic)
  scenario.tick(3).block('c', 'b', optimistic).block('e', 'b', optimistic)
  return scenario.tick(4).block('d', 'c', optimistic).tick(5)
}

function statusesOf({ forkChoice }: Scenario): Record<string, string> {
  return Object.fromEntries(forkChoice.dump().nodes.map((node) => [nameOf(node.blockRoot), node.validity]))
}

function namesOf(roots: readonly string[]): string[] {
  return roots.map(nameOf).sort()
}

describe('NOT_VALIDATED to VALID (bellatrix/optimistic-sync.md)', () => {
  it('makes the ancestors valid too, and nobody else', () => {
    const scenario = syncing()
    expect(scenario.forkChoice.getHead().executionStatus).toBe('optimistic')
    scenario.forkChoice.onValidPayload(rootOf('c'))
    expect(statusesOf(scenario)).toEqual({
      genesis: 'valid',
      a: 'valid',
      b: 'valid',
      c: 'valid',
      d: 'optimistic',
      e: 'optimistic',
    })
  })

  it('makes the ancestors valid when a block is imported as valid', () => {
    const scenario = syncing().block('f', 'd')
    expect(statusesOf(scenario)).toMatchObject({
      b: 'valid',
      c: 'valid',
      d: 'valid',
      f: 'valid',
      e: 'optimistic',
    })
  })

  it('refuses to make an invalid block valid', () => {
    const scenario = syncing()
    scenario.forkChoice.onInvalidPayload(rootOf('d'), null)
    expect(() => scenario.forkChoice.onValidPayload(rootOf('d'))).toThrowError(
      expect.objectContaining({ reason: 'execution-conflict' }),
    )
    expect(statusesOf(scenario)).toMatchObject({ c: 'optimistic', d: 'invalid' })
  })
})

describe('how to apply latestValidHash when payload status is INVALID (bellatrix/optimistic-sync.md)', () => {
  it('a hash of the chain: the child of that block, with all its descendants', () => {
    const scenario = syncing()
    const invalidated = scenario.forkChoice.onInvalidPayload(rootOf('d'), hashOf('b'))
    expect(namesOf(invalidated)).toEqual(['c', 'd'])
    expect(scenario.head).toBe('e')
  })

  it('null: the block in question, with all its descendants', () => {
    const scenario = syncing()
    expect(namesOf(scenario.forkChoice.onInvalidPayload(rootOf('b'), null))).toEqual(['b', 'c', 'd', 'e'])
    expect(scenario.head).toBe('a')
  })

  it('all zeroes: the first block of the chain that was not found valid, with all its descendants', () => {
    const scenario = syncing()
    expect(namesOf(scenario.forkChoice.onInvalidPayload(rootOf('d'), ZERO_ROOT))).toEqual([
      'b',
      'c',
      'd',
      'e',
    ])
  })

  it('a hash that is not in the chain: as null', () => {
    const scenario = syncing()
    expect(namesOf(scenario.forkChoice.onInvalidPayload(rootOf('d'), hashOf('e')))).toEqual(['d'])
    expect(namesOf(scenario.forkChoice.onInvalidPayload(rootOf('c'), hashOf('c')))).toEqual(['c'])
  })

  it('says nothing new of a block that is invalid already', () => {
    const scenario = syncing()
    scenario.forkChoice.onInvalidPayload(rootOf('d'), null)
    expect(scenario.forkChoice.onInvalidPayload(rootOf('d'), hashOf('a'))).toEqual([])
    expect(namesOf(scenario.forkChoice.onInvalidPayload(rootOf('c'), null))).toEqual(['c'])
  })

  it('refuses to make a valid block invalid, and changes none', () => {
    const scenario = syncing()
    scenario.forkChoice.onValidPayload(rootOf('e'))
    const before = statusesOf(scenario)
    expect(() => scenario.forkChoice.onInvalidPayload(rootOf('c'), hashOf('a'))).toThrowError(
      expect.objectContaining({ reason: 'execution-conflict' }),
    )
    expect(statusesOf(scenario)).toEqual(before)
  })
})

describe('removing INVALIDATED blocks from fork choice (bellatrix/optimistic-sync.md, "Fork Choice")', () => {
  it('takes the weight of their votes away from their ancestors', () => {
    const scenario = syncing().vote('d', 0, 3)
    expect(scenario.weightEth('b')).toBe(96)
    scenario.forkChoice.onInvalidPayload(rootOf('c'), null)
    expect(['a', 'b', 'c', 'd'].map((name) => scenario.weightEth(name))).toEqual([0, 0, 0, 0])
  })

  it('takes the proposer boost of an invalid block away from its ancestors', () => {
    const scenario = syncing().block('f', 'c', { executionStatus: 'optimistic' })
    expect(scenario.boosted).toBe('f')
    expect(scenario.weightEth('c')).toBe(128)
    scenario.forkChoice.onInvalidPayload(rootOf('f'), null)
    expect(scenario.weightEth('c')).toBe(0)
  })

  it('makes their parent a leaf again', () => {
    const scenario = syncing()
    scenario.forkChoice.onInvalidPayload(rootOf('d'), null)
    expect(namesOf(scenario.forkChoice.getHeads().map((block) => block.root))).toEqual(['c', 'e'])
  })

  it('refuses blocks upon them, and votes for them', () => {
    const scenario = syncing()
    scenario.forkChoice.onInvalidPayload(rootOf('c'), null)
    const child = scenario.summary('f', 'd')
    expect(() => scenario.forkChoice.onBlock(child)).toThrowError(
      expect.objectContaining({ reason: 'invalid-payload' }),
    )
    expect(() => scenario.vote('d', 0, 1)).toThrowError(
      expect.objectContaining({ reason: 'invalid-payload' }),
    )
    expect(scenario.forkChoice.getLatestMessage(0)).toBeUndefined()
  })

  it('forgets the votes that waited for them, so that the validators can vote for another block', () => {
    const scenario = syncing().vote('d', 0, 1, 5)
    scenario.forkChoice.onInvalidPayload(rootOf('d'), null)
    expect(scenario.tick(7).vote('e', 0, 1).weightEth('e')).toBe(32)
  })

  it('forgets them also when the blocks are pruned before the slot of the votes is over', () => {
    const scenario = new Scenario().tick(8).block('a').block('rival', 'genesis', optimistic).tick(16)
    scenario.block('b', 'a').tick(24).vote('rival', 0, 1, 24).vote('b', 1, 1, 24)
    scenario.forkChoice.onInvalidPayload(rootOf('rival'), null)
    expect(scenario.forkChoice.dump().extraData.queuedAttestations).toBe(1)
    scenario.block('c', 'b', withCheckpoints(checkpoint(2, 'b'), checkpoint(1, 'a'))).forkChoice.prune()
    expect(scenario.tick(26).vote('c', 0, 1).weightEth('c')).toBe(32)
    expect(scenario.weightEth('b')).toBe(64)
  })

  it('has no head when the justified block is invalid, until a later one is justified', () => {
    const scenario = new Scenario()
      .tick(8)
      .block('a', 'genesis', optimistic)
      .block('b', 'genesis', optimistic)
    scenario.tick(16).block('c', 'a', { ...optimistic, ...withCheckpoints(checkpoint(1, 'a')) })
    scenario.forkChoice.onInvalidPayload(rootOf('a'), null)
    expect(() => scenario.forkChoice.getHead()).toThrowError(expect.objectContaining({ reason: 'no-head' }))
    // The honest chain justifies a later epoch (optimistic-sync.md, "Fork Choice Poisoning").
    scenario.tick(24).block('d', 'b').tick(25)
    expect(() => scenario.forkChoice.getHead()).toThrowError(expect.objectContaining({ reason: 'no-head' }))
    scenario.block('e', 'd', withCheckpoints(checkpoint(3, 'd')))
    expect(scenario.head).toBe('e')
  })

  it('refuses a block that is not known', () => {
    for (const report of ['onValidPayload', 'onInvalidPayload'] as const) {
      expect(() => syncing().forkChoice[report](rootOf('nobody'), null)).toThrowError(
        expect.objectContaining({ reason: 'unknown-block' }),
      )
    }
  })
})
