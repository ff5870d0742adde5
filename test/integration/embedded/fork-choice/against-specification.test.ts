import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lockstep } from './lockstep.ts'
import { lives, validators } from './steps.ts'

/** Lives per property: enough for each run of the tests; raise it to search longer. */
const numRuns = Number(process.env.FORK_CHOICE_RUNS ?? 100)

/** Each property is about a second of work; the rest is for a machine that is busy with other tests. */
const timeout = 60_000 + numRuns * 100

describe('fork choice against the specification, step by step', { timeout }, () => {
  it('agrees on head, checkpoints, boost, weights, votes and re-orgs, whatever the states say', () => {
    const totals = { imported: 0, refusedBlocks: 0, votes: 0, refusedVotes: 0, reorgs: 0, invalidated: 0 }
    fc.assert(
      fc.property(
        lives,
        validators,
        fc.boolean(),
        fc.boolean(),
        (steps, stake, isFulu, hasWildCheckpoints) => {
          const lockstep = new Lockstep({ validators: stake, isFulu, hasWildCheckpoints })
          for (const step of steps) {
            lockstep.take(step)
            lockstep.compare()
          }
          for (const name of Object.keys(totals) as (keyof typeof totals)[])
            totals[name] += lockstep.counts[name]
        },
      ),
      { numRuns },
    )
    // The lives were not empty: each of these happened, over all of them.
    for (const total of Object.values(totals)) expect(total).toBeGreaterThan(0)
  })

  it('agrees also when it prunes after every step, and the specification never does', () => {
    let pruned = 0
    fc.assert(
      fc.property(lives, validators, fc.boolean(), (steps, stake, isFulu) => {
        const lockstep = new Lockstep({ validators: stake, isFulu, hasWildCheckpoints: false })
        for (const step of steps) {
          lockstep.take(step)
          lockstep.take({ kind: 'prune' })
          lockstep.compare()
        }
        pruned += lockstep.counts.pruned
      }),
      { numRuns },
    )
    expect(pruned).toBeGreaterThan(0)
  })
})
