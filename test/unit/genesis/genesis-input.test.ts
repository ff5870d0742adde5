import { describe, expect, test } from 'vitest'
import type { BaseError } from '../../../src/errors.ts'
import { GenesisInputError } from '../../../src/genesis/errors.ts'
import { assertGenesisInput } from '../../../src/genesis/genesis-input.ts'
import { exampleGenesisTime, exampleManifest } from './example-manifest.ts'

describe('assertGenesisInput', () => {
  test('accepts what the smallest network needs', () => {
    const manifest = exampleManifest({ validators: { count: 1, balanceGwei: 17_000_000_000 } })
    expect(() => assertGenesisInput(manifest, 1)).not.toThrow()
  })

  test.each([0, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32])(
    'genesis time %d is refused',
    (genesisTime) => {
      expect(refusal(exampleManifest(), genesisTime)).toMatchObject({
        code: 'genesis-input-invalid',
        facts: { field: 'genesisTime', value: genesisTime },
      })
    },
  )

  test.each([
    { field: 'slotDurationMs', changes: { chain: { slotDurationMs: 1500 } } },
    { field: 'slotDurationMs', changes: { chain: { slotDurationMs: 0 } } },
    { field: 'validators.count', changes: { validators: { count: 0 } } },
    { field: 'validators.balanceGwei', changes: { validators: { balanceGwei: 16_000_000_000 } } },
    { field: 'forks', changes: { chain: { forks: { electra: 1 } } } },
  ])('$field: $changes is refused', ({ field, changes }) => {
    expect(refusal(exampleManifest(changes), exampleGenesisTime)).toMatchObject({ facts: { field } })
  })

  test('the message says what was given and what is expected', () => {
    const { message } = refusal(exampleManifest({ chain: { slotDurationMs: 1500 } }), exampleGenesisTime)
    expect(message).toBe('Cannot make a genesis with slotDurationMs 1500.\nExpected: a multiple of 1000.')
  })
})

function refusal(manifest: ReturnType<typeof exampleManifest>, genesisTime: number): BaseError {
  try {
    assertGenesisInput(manifest, genesisTime)
  } catch (error) {
    if (error instanceof GenesisInputError) return error
    throw error
  }
  throw new Error('It was not refused.')
}
