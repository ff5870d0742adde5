import { describe, expect, it } from 'vitest'
import type { ForkChoiceReason } from '../../../../src/embedded/fork-choice/errors.ts'
import type { AttestationSummary } from '../../../../src/embedded/fork-choice/types.ts'
import { checkpoint, genesis, rootOf, Scenario, withCheckpoints } from './scenario.ts'

/** Epoch 1: `a` is its checkpoint block, `b` follows, `rival` has genesis as its checkpoint block. */
function epochOne(): Scenario {
  return new Scenario().tick(8).block('a').tick(9).block('b', 'a').block('rival').tick(11)
}

function expectRefused(scenario: Scenario, attestation: AttestationSummary, reason: ForkChoiceReason): void {
  const before = scenario.forkChoice.dump()
  expect(() => scenario.forkChoice.onAttestation(attestation)).toThrowError(
    expect.objectContaining({ reason }),
  )
  expect(scenario.forkChoice.dump()).toEqual(before)
  scenario.tick(1000)
  for (const index of Array.from(attestation.attestingIndices)) {
    expect(scenario.forkChoice.getLatestMessage(index)).toBeUndefined()
  }
}

describe('validate_on_attestation (phase0/fork-choice.md)', () => {
  it('accepts an attestation of a slot that is over', () => {
    const scenario = epochOne()
    expect(scenario.forkChoice.onAttestation(scenario.attestation('b', 0, 2))).toBe('applied')
    expect(scenario.weightEth('b')).toBe(64)
    expect(scenario.forkChoice.getLatestMessage(1)).toEqual({ epoch: 1, root: rootOf('b') })
  })

  it('accepts one of the previous epoch from gossip, and none older', () => {
    expect(epochOne().tick(23).vote('b', 0, 1, 10).weightEth('b')).toBe(32)
    const scenario = epochOne().tick(24)
    expectRefused(scenario, scenario.attestation('b', 0, 1, 10), 'target-epoch-not-current')
  })

  it('accepts one of any epoch from a block', () => {
    const scenario = epochOne().tick(100)
    const attestation = { ...scenario.attestation('b', 0, 1, 10), isFromBlock: true }
    expect(scenario.forkChoice.onAttestation(attestation)).toBe('applied')
    expect(scenario.weightEth('b')).toBe(32)
  })

  it('refuses a target epoch that is not that of the slot', () => {
    const scenario = epochOne()
    const attestation = scenario.attestation('b', 0, 1)
    expectRefused(scenario, { ...attestation, target: genesis }, 'target-epoch-mismatch')
  })

  it('refuses an unknown target, and an unknown block', () => {
    const attestation = epochOne().attestation('b', 0, 1)
    expectRefused(epochOne(), { ...attestation, target: checkpoint(1, 'nobody') }, 'unknown-target')
    expectRefused(epochOne(), { ...attestation, blockRoot: rootOf('nobody') }, 'unknown-block')
  })

  it('refuses a block that is later than the attestation', () => {
    const scenario = epochOne()
    expectRefused(scenario, scenario.attestation('b', 0, 1, 8), 'block-after-attestation')
  })

  it('refuses a target that is not the checkpoint block of the block voted for', () => {
    const scenario = epochOne()
    const attestation = scenario.attestation('rival', 0, 1)
    expect(attestation.target).toEqual(checkpoint(1, 'genesis'))
    expectRefused(scenario, { ...attestation, target: checkpoint(1, 'a') }, 'target-not-ancestor')
  })

  it('refuses one without attesters, without a slot, or with an index that no validator has', () => {
    const attestation = epochOne().attestation('b', 0, 1)
    expectRefused(epochOne(), { ...attestation, attestingIndices: [] }, 'malformed')
    for (const slot of [-1, 9.5, Number.NaN]) expectRefused(epochOne(), { ...attestation, slot }, 'malformed')
    for (const index of [-1, 0.5, 1_048_576, Number.NaN]) {
      expectRefused(epochOne(), { ...attestation, attestingIndices: [3, index] }, 'malformed')
    }
  })
})

describe('attestations that are early (phase0/fork-choice.md, on_attestation: "consider scheduling it")', () => {
  it('counts one of the current slot from the next slot on', () => {
    const scenario = epochOne()
    expect(scenario.forkChoice.onAttestation(scenario.attestation('b', 0, 1, 11))).toBe('queued')
    expect(scenario.forkChoice.dump().extraData.queuedAttestations).toBe(1)
    expect(scenario.tick(11, 5999).weightEth('b')).toBe(0)
    expect(scenario.tick(12).weightEth('b')).toBe(32)
    expect(scenario.forkChoice.dump().extraData.queuedAttestations).toBe(0)
  })

  it('counts one of the next slot, also of the next epoch, from the slot after it on', () => {
    const scenario = epochOne().tick(15)
    expect(scenario.forkChoice.onAttestation(scenario.attestation('b', 0, 1, 16))).toBe('queued')
    expect(scenario.tick(16).weightEth('b')).toBe(0)
    expect(scenario.tick(17).weightEth('b')).toBe(32)
    expect(scenario.forkChoice.getLatestMessage(0)?.epoch).toBe(2)
  })

  it('refuses one of a later slot', () => {
    const scenario = epochOne()
    expectRefused(scenario, scenario.attestation('b', 0, 1, 13), 'future-slot')
  })

  it('counts them in the order of their slots, then of their arrival', () => {
    const scenario = epochOne().vote('rival', 0, 2, 12).vote('b', 0, 1, 11).vote('a', 0, 2, 11)
    scenario.tick(20)
    expect(scenario.forkChoice.getLatestMessage(0)?.root).toBe(rootOf('b'))
    expect(scenario.forkChoice.getLatestMessage(1)?.root).toBe(rootOf('a'))
  })

  it('counts one however long the next tick takes to come', () => {
    expect(epochOne().vote('b', 0, 1, 11).tick(500).weightEth('b')).toBe(32)
  })

  it('refuses more than maxQueuedAttestations, and has room again when their slot is over', () => {
    const scenario = new Scenario({ options: { maxQueuedAttestations: 2 } }).tick(1).block('a')
    scenario.vote('a', 0, 1, 1).vote('a', 1, 1, 1)
    expect(() => scenario.vote('a', 2, 1, 1)).toThrowError(
      expect.objectContaining({ reason: 'limit-reached' }),
    )
    expect(scenario.tick(2).vote('a', 2, 1, 2).tick(3).weightEth('a')).toBe(96)
  })

  it('counts a vote for a block that was pruned while it waited as the specification does: for nothing', () => {
    const late = { isTimely: false }
    const scenario = new Scenario().tick(8).block('a', 'genesis', late).block('rival', 'genesis', late)
    scenario.tick(16).block('b', 'a', late).tick(24).vote('rival', 0, 1, 24)
    const justified = withCheckpoints(checkpoint(2, 'b'), checkpoint(1, 'a'))
    scenario.block('c', 'b', justified).forkChoice.prune()
    expect(scenario.forkChoice.getBlock(rootOf('rival'))).toBeUndefined()
    // The vote of epoch 3 is taken, so a second one in that epoch does not count.
    scenario.tick(26).vote('c', 0, 1)
    expect(scenario.weightEth('c')).toBe(0)
    expect(scenario.forkChoice.getLatestMessage(0)).toBeUndefined()
    expect(scenario.tick(33).vote('c', 0, 1).weightEth('c')).toBe(32)
  })
})
