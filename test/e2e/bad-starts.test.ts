import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BaseError, type Network, type StartNetworkOptions, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gethPrysm } from './support/clients-under-test.ts'
import { processesOf } from './support/processes-of.ts'
import { printStages } from './support/progress.ts'

const options = { ...gethPrysm.nodes(1), validators: 4, slotsPerEpoch: 6, seed: 5 }

let root: string
let directory: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'eth-localnet-bad-starts-'))
  directory = join(root, 'network')
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

/** The one typed error with which a start fails; by then no process of its directory is left. */
async function failureOf(changes: StartNetworkOptions): Promise<BaseError> {
  const dir = changes.dir ?? directory
  const outcome = await startNetwork({ onProgress: printStages, ...changes, dir }).catch(
    (error: unknown) => error,
  )
  expect(processesOf(dir)).toEqual([])
  if (outcome instanceof BaseError) return outcome
  throw new Error(`expected a typed error, and there was ${outcome}`)
}

describe('options that cannot work are refused before anything is written', () => {
  test('a program that is not the client', async () => {
    const failure = await failureOf({ ...options, programs: { geth: '/bin/true' } })
    expect(failure).toMatchObject({ code: 'binary-invalid', category: 'options' })
    expect(failure.message).toContain('/bin/true')
  })

  test('a genesis time in the past', async () => {
    const failure = await failureOf({ ...options, genesisTime: Math.floor(Date.now() / 1000) - 60 })
    expect(failure).toMatchObject({ code: 'option-invalid', facts: { field: 'genesisTime' } })
    expect(await readdir(directory)).not.toContain('network.json')
  })
})

// The tests build on one another: starts that fail, and between them the network that they must not harm.
describe('a network of one node', () => {
  let network: Network | undefined
  let lastHeadRoot: string | undefined

  afterAll(async () => {
    await network?.stop()
  })

  test.each([
    ['clients', /looking/],
    ['genesis', /making/],
    ['start', /starting/],
    ['start', /node-0 is up/],
  ])('is given up by its signal in the stage %s, at %s', async (stage, message) => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const onProgress: StartNetworkOptions['onProgress'] = (progress) => {
      if (progress.stage === stage && message.test(progress.message)) abort.abort(reason)
    }
    const starting = startNetwork({ ...options, dir: directory, signal: abort.signal, onProgress })
    await expect(starting).rejects.toBe(reason)
    expect(processesOf(directory)).toEqual([])
  })

  test('starts after all of that, in the same directory', async () => {
    network = await startNetwork({ ...options, dir: directory, onProgress: printStages })
    expect(network.nodes.map(({ state }) => state)).toEqual(['running'])
  })

  test('keeps a second network out of its directory, and goes on', async () => {
    const failure = await startNetwork({ ...options, dir: directory }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'directory-in-use', facts: { directory } })
    await network?.assertConsensus()
    lastHeadRoot = (await network?.views())?.[0]?.headRoot
  })

  test('refuses other options once it is stopped, and other files', async () => {
    await network?.stop()
    expect(processesOf(directory)).toEqual([])
    expect(await failureOf({ ...options, seed: 6 })).toMatchObject({ code: 'directory-options' })
    const photos = join(root, 'photos')
    await mkdir(photos)
    await writeFile(join(photos, 'cat.jpg'), '')
    expect(await failureOf({ dir: photos })).toMatchObject({ code: 'directory-foreign' })
    expect(await readdir(photos)).toEqual(['cat.jpg'])
  })

  test('says what is wrong when its own file is damaged, and changes nothing', async () => {
    const path = join(directory, 'network.json')
    const content = await readFile(path, 'utf8')
    await writeFile(path, content.slice(0, 100))
    expect(await failureOf({})).toMatchObject({ code: 'directory-corrupt' })
    expect(await readFile(path, 'utf8')).toBe(content.slice(0, 100))
    await writeFile(path, content)
  })

  test('says with its log that Geth does not start on damaged data', async () => {
    const damaged = join(root, 'damaged-geth')
    await cp(directory, damaged, { recursive: true })
    // Its ancient blocks: the files of its newer ones it repairs by itself.
    const ancients = join(damaged, 'nodes', 'node-0', 'geth', 'geth', 'chaindata', 'ancient', 'chain')
    const headers = join(ancients, 'headers.meta')
    await writeFile(headers, 'no metadata')
    const failure = await failureOf({ dir: damaged })
    expect(failure).toMatchObject({ code: 'process-start', category: 'start' })
    expect(failure.shortMessage).toMatch(/^node-0 geth did not start: it exited with code 1/)
    expect(failure.message).toContain('  | Fatal: ')
    expect(await readFile(headers, 'utf8')).toBe('no metadata')
  })

  test('says with its log that Prysm does not start on damaged data', async () => {
    const damaged = join(root, 'damaged-prysm')
    await cp(directory, damaged, { recursive: true })
    const database = join(damaged, 'nodes', 'node-0', 'beacon-chain', 'beaconchaindata', 'beaconchain.db')
    await truncate(database, 100)
    const failure = await failureOf({ dir: damaged })
    expect(failure).toMatchObject({ code: 'process-start', category: 'start' })
    expect(failure.shortMessage).toMatch(/^node-0 beacon-chain did not start: it exited with code 1/)
    expect(await readFile(database)).toHaveLength(100)
  })

  test('says with its log that Prysm does not start on a damaged genesis', async () => {
    const copy = join(root, 'damaged-genesis')
    await cp(directory, copy, { recursive: true })
    await rm(join(copy, 'nodes'), { recursive: true })
    await truncate(join(copy, 'genesis.ssz'), 1_000)
    const failure = await failureOf({ dir: copy })
    expect(failure).toMatchObject({ code: 'process-start', category: 'start' })
    expect(failure.shortMessage).toMatch(/^node-0 beacon-chain did not start: it exited with code 1/)
  })

  test('goes on with the same chain after all of that', async () => {
    network = await startNetwork({ dir: directory, onProgress: printStages })
    const [node] = network.nodes
    const answer = await fetch(`${node?.consensus.apiUrl}/eth/v1/beacon/headers/${lastHeadRoot}`)
    expect(await answer.json()).toMatchObject({ data: { canonical: true } })
  })
})
