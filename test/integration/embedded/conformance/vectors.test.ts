import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCases } from '../../../conformance/runner/find-cases.ts'
import { activateVectorPreset } from '../../../conformance/runner/vector-preset.ts'

activateVectorPreset('minimal')
const { runCase } = await import('../../../conformance/runner/run-case.ts')

/** A small part of what the executable specification writes; docs/conformance.md tells how to make all. */
const cases = findCases(join(import.meta.dirname, '../../../conformance/vectors'))

describe("the consensus specification's test vectors", () => {
  it('are of every fork', () => {
    expect(new Set(cases.map(({ fork }) => fork))).toEqual(new Set(['deneb', 'electra', 'fulu']))
  })

  it.each(cases)('$fork $handler $name', async (vector) => {
    const { checks } = await runCase(vector)
    expect(checks).toBeGreaterThan(0)
  })
})
