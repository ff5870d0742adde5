import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { NodeFailure } from '../../../../src/embedded/host/host-methods.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { planNetwork } from '../../../../src/network/start-network.ts'

const manifest = planNetwork({ nodes: 4, validators: 64, time: 'virtual' })
activatePreset(manifest.chain)
const { buildGenesis } = await import('../../../../src/genesis/build-genesis.ts')
const { EmbeddedHost } = await import('../../../../src/embedded/host/embedded-host.ts')
const { Gossip } = await import('../../../../src/embedded/gossip/gossip.ts')

const genesisTime = 1_700_000_000
const anyPorts = {
  executionRpc: 0,
  executionEngine: 0,
  executionP2p: 0,
  consensusApi: 0,
  consensusRpc: 0,
  consensusP2p: 0,
  validatorApi: 0,
}

let files: string
let genesisValidatorsRoot: string
let directory: string
let failures: NodeFailure[]
let host: InstanceType<typeof EmbeddedHost>

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'eth-localnet-genesis-'))
  const genesis = await buildGenesis(manifest, genesisTime)
  writeFileSync(join(files, 'genesis.json'), genesis.executionGenesisJson)
  writeFileSync(join(files, 'genesis.ssz'), genesis.genesisSsz)
  writeFileSync(join(files, 'jwt.hex'), 'ab'.repeat(32))
  genesisValidatorsRoot = genesis.genesisValidatorsRoot
})

afterAll(() => rmSync(files, { recursive: true }))

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'eth-localnet-host-'))
  failures = []
  host = new EmbeddedHost({ manifest, version: 'eth-localnet/test' }, (failure) => failures.push(failure))
  await open()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await host.close()
  rmSync(directory, { recursive: true })
})

async function open(): Promise<number> {
  const startMs = await host.open({
    genesisTime,
    genesisValidatorsRoot,
    executionGenesisJson: join(files, 'genesis.json'),
    consensusGenesisSsz: join(files, 'genesis.ssz'),
    storeDirectory: join(directory, 'store'),
    startTimeMs: genesisTime * 1000,
  })
  for (const plan of manifest.nodes) await start(plan.name)
  return startMs
}

function parametersOf(name: string) {
  const plan = manifest.nodes.find((node) => node.name === name)
  if (plan === undefined) throw new RangeError(`There is no node ${name}.`)
  const logFile = join(directory, `${name}.log`)
  const layers = ['execution', 'consensus'] as const
  // Planned nodes get their links when the network opens.
  return { plan, ports: anyPorts, jwtSecretFile: join(files, 'jwt.hex'), logFile, layers, peers: [] }
}

async function start(name: string): Promise<void> {
  for (const layer of ['execution', 'consensus'] as const) await host.start(layer, parametersOf(name))
}

function slotStartMs(slot: number): number {
  return (genesisTime + slot) * 1000
}

async function headOf(name: string): Promise<{ slot: number; finalizedEpoch: number }> {
  const ask = async (path: string) => {
    const { body } = await host.request('consensus', name, { method: 'GET', path, headers: {} })
    return JSON.parse(body).data
  }
  const { header } = await ask('/eth/v1/beacon/headers/head')
  const { finalized } = await ask('/eth/v1/beacon/states/head/finality_checkpoints')
  return { slot: Number(header.message.slot), finalizedEpoch: Number(finalized.epoch) }
}

/** Makes one of the nodes throw, by a defect, at every message that it receives. */
function breakOneNode(): void {
  const handle = Gossip.prototype.handle
  let broken: unknown
  vi.spyOn(Gossip.prototype, 'handle').mockImplementation(function (this: unknown, ...parameters) {
    broken ??= this
    if (this === broken) throw new Error('a defect')
    return handle.apply(this as InstanceType<typeof Gossip>, parameters)
  })
}

test('a beacon node does not start over an execution client that is older than its chain', async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: ['engine_newPayloadV3'] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const ports = { ...anyPorts, executionEngine: (server.address() as AddressInfo).port }
  await host.stop('consensus', 'node-3')
  const start = host.start('consensus', { ...parametersOf('node-3'), layers: ['consensus'], ports })
  await expect(start).rejects.toMatchObject({
    code: 'engine-methods-missing',
    message: expect.stringContaining('does not have engine_newPayloadV4'),
  })
})

test('a node that throws is reported as that node, with its log, and the others finalize', async () => {
  await host.advanceTo(slotStartMs(4))
  breakOneNode()
  // Three quarters of the votes, and empty slots in between: finality comes later than it could.
  await host.advanceTo(slotStartMs(64) + 500)
  expect(failures).toEqual([
    { layer: 'consensus', name: expect.stringMatching(/^node-\d$/), reason: 'a defect' },
  ])
  const failed = failures[0]?.name ?? ''
  expect(readFileSync(join(directory, `${failed}.log`), 'utf8')).toContain('a defect')
  const request = { method: 'GET', path: '/eth/v1/node/version', headers: {} }
  expect(await host.request('consensus', failed, request)).toMatchObject({ status: 503 })
  for (const { name } of manifest.nodes.filter((node) => node.name !== failed)) {
    expect((await headOf(name)).finalizedEpoch).toBeGreaterThanOrEqual(2)
  }
})

test('a node that has failed comes back on what it has stored', async () => {
  await host.advanceTo(slotStartMs(4))
  breakOneNode()
  await host.advanceTo(slotStartMs(12))
  vi.restoreAllMocks()
  const failed = failures[0]?.name ?? ''
  await start(failed)
  await host.advanceTo(slotStartMs(40) + 500)
  const heads = await Promise.all(manifest.nodes.map(({ name }) => headOf(name)))
  expect(new Set(heads.map(({ slot }) => slot)).size).toBe(1)
  expect(heads[0]?.finalizedEpoch).toBeGreaterThanOrEqual(2)
  expect(failures).toHaveLength(1)
})

test('virtual time goes on after the last stored block when nobody has said how far it had come', async () => {
  await host.advanceTo(slotStartMs(20) + 500)
  await host.close()
  host = new EmbeddedHost({ manifest, version: 'eth-localnet/test' }, (failure) => failures.push(failure))
  expect(await open()).toBe(slotStartMs(21))
  await host.advanceTo(slotStartMs(40))
  expect(failures).toEqual([])
  expect((await headOf('node-0')).finalizedEpoch).toBeGreaterThanOrEqual(2)
})
