import { chainConfigFromJson } from '@lodestar/config'
import { networksChainConfig } from '@lodestar/config/networks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeChainConfig } from '../../../src/genesis/chain-config.ts'
import { makeConfigYaml } from '../../../src/genesis/config-yaml.ts'
import { presetOverrides } from '../../../src/genesis/preset.ts'
import type { ChainPlan } from '../../../src/plan/manifest.ts'
import { exampleGenesisTime, exampleManifest } from '../../unit/genesis/example-manifest.ts'

const forks = ['GENESIS', 'ALTAIR', 'BELLATRIX', 'CAPELLA', 'DENEB', 'ELECTRA', 'FULU', 'GLOAS'] as const

function exampleConfig(chain: Partial<ChainPlan> = {}) {
  return makeChainConfig(exampleManifest({ chain }), exampleGenesisTime)
}

describe('makeChainConfig', () => {
  test('has the forks, the times and the deposit contract of the plan', () => {
    expect(exampleConfig({ forks: { deneb: 0, electra: 2, fulu: 5 }, slotDurationMs: 3000 })).toMatchObject({
      PRESET_BASE: 'minimal',
      CAPELLA_FORK_EPOCH: 0,
      DENEB_FORK_EPOCH: 0,
      ELECTRA_FORK_EPOCH: 2,
      FULU_FORK_EPOCH: 5,
      GLOAS_FORK_EPOCH: Number.POSITIVE_INFINITY,
      SECONDS_PER_SLOT: 3,
      SLOT_DURATION_MS: 3000,
      MIN_GENESIS_TIME: exampleGenesisTime,
      DEPOSIT_CHAIN_ID: 1337,
      DEPOSIT_CONTRACT_ADDRESS: new Uint8Array(20).fill(0x42),
      BLOB_SCHEDULE: [],
    })
  })

  test('late blocks are never reorged when the plan says so', () => {
    expect(exampleConfig({ lateBlockReorgs: false }).REORG_MAX_EPOCHS_SINCE_FINALIZATION).toBe(0)
    expect(exampleConfig({ lateBlockReorgs: true }).REORG_MAX_EPOCHS_SINCE_FINALIZATION).toBe(2)
  })

  test('fork versions differ from each other and from those of all public networks', () => {
    const publicVersions = new Set(Object.values(networksChainConfig).flatMap(versionsOf))
    expect(publicVersions.size).toBeGreaterThan(20)
    fc.assert(
      fc.property(fc.maxSafeNat(), (chainId) => {
        const versions = versionsOf(exampleConfig({ chainId }))
        expect(new Set(versions).size).toBe(forks.length)
        expect(versions.filter((version) => publicVersions.has(version))).toEqual([])
      }),
    )
  })

  test('fork versions differ from chain to chain', () => {
    const chainId = fc.integer({ min: 1, max: 2 ** 24 - 1 })
    fc.assert(
      fc.property(chainId, chainId, (a, b) => {
        fc.pre(a !== b)
        expect(exampleConfig({ chainId: a }).FULU_FORK_VERSION).not.toEqual(
          exampleConfig({ chainId: b }).FULU_FORK_VERSION,
        )
      }),
    )
  })
})

describe('makeConfigYaml', () => {
  const { chain } = exampleManifest({ chain: { preset: 'mainnet', slotsPerEpoch: 6, minSeedLookahead: 2 } })
  const config = exampleConfig(chain)
  const yaml = makeConfigYaml(chain, config)
  const read: Record<string, unknown> = parse(yaml, { schema: 'failsafe' })

  test('reads back as the same configuration', () => {
    expect(config).toMatchObject(chainConfigFromJson(read))
    expect(chainConfigFromJson(read)).toMatchObject({
      FULU_FORK_EPOCH: Number.POSITIVE_INFINITY,
      ELECTRA_FORK_VERSION: Uint8Array.from([0x85, 0x00, 0x05, 0x39]),
      MIN_GENESIS_ACTIVE_VALIDATOR_COUNT: 16,
    })
  })

  test('has the constants that differ from the preset', () => {
    expect(read).toMatchObject({
      PRESET_BASE: 'mainnet',
      SLOTS_PER_EPOCH: '6',
      MIN_SEED_LOOKAHEAD: '2',
      EPOCHS_PER_SYNC_COMMITTEE_PERIOD: '8',
      EPOCHS_PER_ETH1_VOTING_PERIOD: '341',
    })
  })

  test('has no quotes, which Prysm does not take around hex, and no key that is too new for it', () => {
    expect(yaml).toContain('\nGENESIS_FORK_VERSION: 0x80000539\n')
    expect(yaml).not.toMatch(/['"]/)
    expect(Object.keys(read).filter((key) => /GLOAS|SLOT_DURATION/.test(key))).toEqual([])
  })
})

describe('presetOverrides', () => {
  test('the limit of eth1 votes keeps the Merkle depth of a mainnet build, for any length of an epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2048 }), (slotsPerEpoch) => {
        const { chain } = exampleManifest({ chain: { preset: 'mainnet', slotsPerEpoch } })
        const { EPOCHS_PER_ETH1_VOTING_PERIOD = 0 } = presetOverrides(chain)
        expect(Math.ceil(Math.log2(EPOCHS_PER_ETH1_VOTING_PERIOD * slotsPerEpoch))).toBe(11)
      }),
    )
  })

  test('the minimal preset keeps its own voting period', () => {
    expect(presetOverrides(exampleManifest().chain)).toEqual({
      SLOTS_PER_EPOCH: 8,
      MIN_SEED_LOOKAHEAD: 1,
      EPOCHS_PER_SYNC_COMMITTEE_PERIOD: 8,
    })
  })

  test.each([
    [32, undefined],
    [33, 128],
    [64, 128],
  ])('the minimal preset keeps the block roots of two epochs, of %i slots each', (slotsPerEpoch, roots) => {
    const { chain } = exampleManifest({ chain: { slotsPerEpoch } })
    expect(presetOverrides(chain).SLOTS_PER_HISTORICAL_ROOT).toBe(roots)
  })
})

function versionsOf(config: ReturnType<typeof exampleConfig>): string[] {
  return forks.map((fork) => Buffer.from(config[`${fork}_FORK_VERSION`]).toString('hex'))
}
