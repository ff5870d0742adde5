import { describe, expect, test } from 'vitest'
import { effectiveBalanceGwei } from '../../../src/genesis/validator-balance.ts'
import { withdrawalCredentials } from '../../../src/genesis/withdrawal-credentials.ts'
import { exampleManifest, feeRecipients } from './example-manifest.ts'

const [firstRecipient, secondRecipient] = feeRecipients.map((address) => address.slice(2))

describe('withdrawalCredentials', () => {
  test('point to the fee recipient of the node that holds the validator', () => {
    const manifest = exampleManifest({ validators: { count: 5 } })
    const credentials = [0, 2, 3, 4].map((index) => toHex(withdrawalCredentials(manifest, index)))
    expect(credentials).toEqual([
      `01${'00'.repeat(11)}${firstRecipient}`,
      `01${'00'.repeat(11)}${firstRecipient}`,
      `01${'00'.repeat(11)}${secondRecipient}`,
      `01${'00'.repeat(11)}${secondRecipient}`,
    ])
  })

  test('of a validator that no node holds point to nobody', () => {
    const manifest = { ...exampleManifest(), nodes: [] }
    expect(toHex(withdrawalCredentials(manifest, 0))).toBe(`01${'00'.repeat(31)}`)
  })

  test.each([
    { fork: 'deneb', balanceGwei: 40_000_000_000, prefix: 0x01 },
    { fork: 'electra', balanceGwei: 32_000_000_000, prefix: 0x01 },
    { fork: 'electra', balanceGwei: 40_000_000_000, prefix: 0x02 },
    { fork: 'fulu', balanceGwei: 40_000_000_000, prefix: 0x02 },
  ])('have prefix $prefix at $fork with $balanceGwei gwei', ({ fork, balanceGwei, prefix }) => {
    const manifest = exampleManifest({ chain: { forks: { [fork]: 0 } }, validators: { balanceGwei } })
    expect(withdrawalCredentials(manifest, 0)[0]).toBe(prefix)
  })
})

describe('effectiveBalanceGwei', () => {
  test.each([
    { fork: 'electra', balanceGwei: 17_999_999_999, effective: 17_000_000_000 },
    { fork: 'electra', balanceGwei: 32_500_000_000, effective: 32_000_000_000 },
    { fork: 'electra', balanceGwei: 64_000_000_000, effective: 64_000_000_000 },
    { fork: 'electra', balanceGwei: 3_000_000_000_000, effective: 2_048_000_000_000 },
    { fork: 'deneb', balanceGwei: 64_000_000_000, effective: 32_000_000_000 },
  ] as const)('of $balanceGwei at $fork is $effective', ({ fork, balanceGwei, effective }) => {
    expect(effectiveBalanceGwei(fork, balanceGwei)).toBe(effective)
  })
})

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
