import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { gethBinaries } from '../../src/clients/geth-binaries.ts'
import { prysmBinaries } from '../../src/clients/prysm-binaries.ts'
import type { GenesisFiles } from '../../src/genesis/genesis-files.ts'
import { makeGenesis } from '../../src/genesis/make-genesis.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { requireClient } from '../../src/processes/binaries/find-client.ts'
import { exampleManifest } from '../unit/genesis/example-manifest.ts'
import { startBeaconNode } from './genesis/beacon-node.ts'

const geth = (await requireClient(gethBinaries)).paths.geth
const beaconChain = (await requireClient(prysmBinaries)).paths['beacon-chain']

const mainnet = { preset: 'mainnet', epochsPerSyncCommitteePeriod: 256 } as const
const mnemonic = 'test test test test test test test test test test test junk'

const cases: readonly { name: string; manifest: Manifest }[] = [
  { name: 'Deneb', manifest: exampleManifest({ chain: { ...mainnet, forks: { deneb: 0 } } }) },
  {
    name: 'Electra, 6 slots an epoch',
    manifest: exampleManifest({ chain: { ...mainnet, slotsPerEpoch: 6, forks: { electra: 0 } } }),
  },
  {
    name: 'Electra, keys from a mnemonic, 40 ETH each',
    manifest: exampleManifest({
      chain: { ...mainnet, chainId: 4242, slotDurationMs: 3000 },
      validators: { count: 64, keys: { kind: 'mnemonic', mnemonic }, balanceGwei: 40_000_000_000 },
    }),
  },
  {
    name: 'Fulu, 32 slots an epoch',
    manifest: exampleManifest({ chain: { ...mainnet, slotsPerEpoch: 32, forks: { fulu: 0 } } }),
  },
  {
    name: 'Fulu, 8 slots an epoch',
    manifest: exampleManifest({ chain: { ...mainnet, minSeedLookahead: 7, forks: { fulu: 0 } } }),
  },
  {
    name: 'Deneb, then Electra, then Fulu',
    manifest: exampleManifest({
      chain: { ...mainnet, minSeedLookahead: 7, forks: { deneb: 0, electra: 2, fulu: 3 } },
    }),
  },
]

describe.each(cases)('the genesis of $name', ({ manifest }) => {
  let directory: string
  let files: GenesisFiles
  const pathOf = (name: string) => join(directory, name)

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'eth-localnet-genesis-'))
    const anHourAhead = Math.floor(Date.now() / 1000) + 3600
    files = await makeGenesis(manifest, anHourAhead)
    await writeFile(pathOf('genesis.json'), files.executionGenesisJson)
    await writeFile(pathOf('genesis.ssz'), files.genesisSsz)
    await writeFile(pathOf('config.yaml'), files.configYaml)
    await writeFile(pathOf('jwt.hex'), '11'.repeat(32))
  })

  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('has the block hash that Geth computes', async () => {
    const datadir = pathOf('geth')
    const { stderr } = await execa(geth, [
      '--log.format=json',
      'init',
      `--datadir=${datadir}`,
      pathOf('genesis.json'),
    ])
    expect(stderr).toMatch(/"msg":"Successfully wrote genesis state"/)
    expect(/"hash":"(0x[0-9a-f]{64})"/.exec(stderr)?.[1]).toBe(files.executionBlockHash)
  })

  test('has the roots that Prysm computes, and a configuration it knows', async () => {
    await using beacon = await startBeaconNode(beaconChain, {
      directory,
      genesisSsz: pathOf('genesis.ssz'),
      configYaml: pathOf('config.yaml'),
    })
    expect(await beacon.get('/eth/v1/beacon/states/genesis/root')).toEqual({ root: files.genesisStateRoot })
    expect(await beacon.get('/eth/v1/beacon/blocks/genesis/root')).toEqual({ root: files.genesisBlockRoot })
    // The list is empty, and left out by the API before Fulu.
    const { BLOB_SCHEDULE: _, ...config } = parse(files.configYaml, { schema: 'failsafe' })
    expect(await beacon.get('/eth/v1/beacon/genesis')).toEqual({
      genesis_time: config.MIN_GENESIS_TIME,
      genesis_validators_root: files.genesisValidatorsRoot,
      genesis_fork_version: config.GENESIS_FORK_VERSION,
    })
    expect(await beacon.get('/eth/v1/config/spec')).toMatchObject(config)
    expect(beacon.log()).not.toContain('issues parsing the config')
  })
})
