import { describe, expect, test } from 'vitest'
import { makeExecutionGenesis } from '../../../src/genesis/execution-genesis.ts'
import { makeExecutionHeader } from '../../../src/genesis/execution-header.ts'
import { exampleGenesisTime, exampleManifest } from '../../unit/genesis/example-manifest.ts'

describe('makeExecutionGenesis', () => {
  test('is at the genesis fork, with the blob limits of each fork', () => {
    const { config } = makeExecutionGenesis(exampleManifest(), exampleGenesisTime)
    expect(config).toMatchObject({
      chainId: 1337,
      londonBlock: 0,
      terminalTotalDifficulty: 0,
      shanghaiTime: 0,
      cancunTime: 0,
      pragueTime: 0,
      blobSchedule: { cancun: { target: 3, max: 6 }, prague: { target: 6, max: 9 } },
    })
    expect(config).not.toHaveProperty('osakaTime')
    expect(config.blobSchedule).not.toHaveProperty('osaka')
  })

  test('a later fork starts with its epoch', () => {
    const manifest = exampleManifest({
      chain: { forks: { deneb: 0, electra: 1, fulu: 3 }, slotsPerEpoch: 6, slotDurationMs: 3000 },
    })
    expect(makeExecutionGenesis(manifest, exampleGenesisTime).config).toMatchObject({
      cancunTime: 0,
      pragueTime: exampleGenesisTime + 1 * 6 * 3,
      osakaTime: exampleGenesisTime + 3 * 6 * 3,
    })
  })

  test('funds the accounts, to the wei', () => {
    const { alloc, timestamp } = makeExecutionGenesis(exampleManifest(), exampleGenesisTime)
    const account = alloc['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266']
    expect(BigInt(account?.balance ?? 0)).toBe(10_000n * 10n ** 18n)
    expect(Number(timestamp)).toBe(exampleGenesisTime)
  })
})

describe('makeExecutionHeader', () => {
  // As `geth init` (1.16.7) prints it for the same genesis.json.
  test.each([
    { fork: 'deneb', hash: '3a3c0e9796286f6f00f46e07229d9c0239087cd284c5fa9452fc2ec94d136bbe' },
    { fork: 'electra', hash: 'dc881d071eaadd606f22459980b4a4bcad75301ab5ae57a228733b306f17e20a' },
    { fork: 'fulu', hash: 'dc881d071eaadd606f22459980b4a4bcad75301ab5ae57a228733b306f17e20a' },
  ] as const)('has the hash that Geth computes, at $fork', async ({ fork, hash }) => {
    const manifest = exampleManifest({ chain: { forks: { [fork]: 0 } } })
    const header = await makeExecutionHeader(makeExecutionGenesis(manifest, exampleGenesisTime), fork)
    expect(Buffer.from(header.hash()).toString('hex')).toBe(hash)
  })
})
