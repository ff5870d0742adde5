import {
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { currentPlatform } from '../../../src/processes/binaries/binary-source.ts'
import { type CacheManifest, commitCacheEntry } from '../../../src/processes/binaries/cache-entry.ts'
import { InvalidBinaryError, MissingClientError } from '../../../src/processes/binaries/errors.ts'
import { findClient, requireClient } from '../../../src/processes/binaries/find-client.ts'
import { exampleClient, putExecutable, versions } from './example-client.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let root: string
let environment: NodeJS.ProcessEnv

beforeEach(() => {
  const directory = temporaryDirectory()
  onTestFinished(() => directory[Symbol.dispose]())
  root = directory.path
  environment = { PATH: join(root, 'bin'), ETH_LOCALNET_CACHE: join(root, 'cache') }
})

function find(options: Parameters<typeof findClient<'node' | 'signer'>>[1] = {}) {
  return findClient(exampleClient, { environment, readVersion: versions({ [root]: '1.2.3' }), ...options })
}

function putBoth(folder: string): void {
  putExecutable(join(root, folder, 'node'))
  putExecutable(join(root, folder, 'signer'))
}

async function fillCache({
  platform = currentPlatform(),
  modifiedSeconds = Date.now() / 1_000,
} = {}): Promise<string> {
  const prepared = join(root, 'cache/clients/example/prepared')
  const entry = join(root, 'cache/clients/example/1.2.3')
  putBoth('cache/clients/example/prepared')
  utimesSync(join(prepared, 'node'), modifiedSeconds, modifiedSeconds)
  await commitCacheEntry({
    source: exampleClient,
    platform,
    prepared,
    entry,
    madeBy: 'go-build',
    madeFrom: ['go1.26.0'],
  })
  return entry
}

/** What the manifest of the cache's entry says of one binary. */
function recorded(entry: string, name: string) {
  const manifest: CacheManifest = JSON.parse(readFileSync(join(entry, 'manifest.json'), 'utf8'))
  const binary = manifest.binaries[name]
  if (!binary) throw new Error(`no ${name} in the manifest`)
  return binary
}

describe('order of places', () => {
  it('finds nothing in none of them', async () => {
    expect(await find()).toBeUndefined()
  })

  it('asks options, environment, PATH and cache, in this order', async () => {
    await fillCache()
    expect(await find()).toMatchObject({ origin: 'cache', version: '1.2.3' })
    putBoth('bin')
    expect(await find()).toMatchObject({ origin: 'path' })
    putBoth('environment')
    environment.EXAMPLE_NODE = join(root, 'environment/node')
    environment.EXAMPLE_SIGNER = join(root, 'environment/signer')
    expect(await find()).toMatchObject({ origin: 'environment' })
    putBoth('own')
    const paths = { node: join(root, 'own/node'), signer: join(root, 'own/signer') }
    expect(await find({ paths })).toMatchObject({ origin: 'option', paths })
  })

  it('takes one binary from where the user says and the other from where it is', async () => {
    const entry = await fillCache()
    const signer = putExecutable(join(root, 'own/signer'))
    environment.EXAMPLE_SIGNER = signer
    const found = await find()
    expect(found?.paths).toEqual({ node: join(entry, 'node'), signer })
    expect(found?.binaries.map(({ origin, madeBy }) => [origin, madeBy])).toEqual([
      ['cache', 'go-build'],
      ['environment', undefined],
    ])
  })

  it('does not take half a client from the PATH', async () => {
    putExecutable(join(root, 'bin/signer'))
    await fillCache()
    expect(await find()).toMatchObject({ origin: 'cache' })
  })
})

describe('versions', () => {
  it('accepts another version than the pinned one and says so', async () => {
    putBoth('bin')
    expect(await find({ readVersion: versions({ [root]: '1.3.0' }) })).toMatchObject({
      version: '1.3.0',
      isPinnedVersion: false,
    })
    expect(await find()).toMatchObject({ isPinnedVersion: true })
  })

  it('says so too when only the second binary is of another version', async () => {
    putBoth('bin')
    const readVersion = versions({ [join(root, 'bin/signer')]: '9.0.0', [root]: '1.2.3' })
    expect(await find({ readVersion })).toMatchObject({ version: '1.2.3', isPinnedVersion: false })
  })

  it('passes over a program on the PATH that only has the same name', async () => {
    putBoth('bin')
    expect(await find({ readVersion: versions({}) })).toBeUndefined()
  })
})

describe('PATH', () => {
  it('passes over folders, plain files and relative entries', async () => {
    mkdirSync(join(root, 'a/node'), { recursive: true })
    chmodSync(putExecutable(join(root, 'b/node')), 0o644)
    putBoth('c')
    putBoth('d')
    const relativePath = relative(process.cwd(), join(root, 'd'))
    environment.PATH = ['', '.', relativePath, join(root, 'a'), join(root, 'b'), join(root, 'c')].join(':')
    expect((await find())?.paths.node).toBe(join(root, 'c/node'))
  })

  it('is empty when it is not set', async () => {
    delete environment.PATH
    expect(await find()).toBeUndefined()
  })
})

describe('paths the user names', () => {
  it.each([
    ['there is no such file', () => {}],
    ['it is not a file', (path: string) => mkdirSync(path)],
    ['it is not executable', (path: string) => writeFileSync(path, '', { mode: 0o644 })],
  ])('are refused because %s', async (reason, make) => {
    const path = join(root, 'mine')
    make(path)
    const failure = find({ paths: { node: path } })
    await expect(failure).rejects.toThrow(InvalidBinaryError)
    await expect(failure).rejects.toThrow(reason)
    await expect(failure).rejects.toMatchObject({ category: 'options', facts: { binary: 'node', path } })
  })

  it('are refused when they are another program, naming the variable', async () => {
    putBoth('own')
    environment.EXAMPLE_NODE = join(root, 'own/node')
    const failure = find({ readVersion: versions({}) })
    await expect(failure).rejects.toThrow(/EXAMPLE_NODE names .*another program/)
  })
})

describe('cache', () => {
  it('is not used when a binary was cut short', async () => {
    truncateSync(join(await fillCache(), 'signer'), 5)
    expect(await find()).toBeUndefined()
  })

  it('is not used when a binary was overwritten, which its time gives away', async () => {
    const entry = await fillCache()
    const path = join(entry, 'node')
    // As many bytes as before, later.
    writeFileSync(path, Buffer.alloc(recorded(entry, 'node').sizeBytes, 'x'))
    utimesSync(path, new Date(), new Date(Date.now() + 5_000))
    expect(await find()).toBeUndefined()
  })

  it.each([0, 0.0004, 0.0096, 0.1234, 0.9992])(
    'finds a changed byte behind an unchanged size and time only when asked to read (… %d s)',
    async (fraction) => {
      const entry = await fillCache({ modifiedSeconds: 1_795_441_329 + fraction })
      const path = join(entry, 'node')
      const { sizeBytes, modifiedMs } = recorded(entry, 'node')
      writeFileSync(path, Buffer.alloc(sizeBytes, 'x'))
      utimesSync(path, new Date(modifiedMs), new Date(modifiedMs))
      expect(await find({ check: 'quick' })).toBeDefined()
      expect(await find({ check: 'sha256' })).toBeUndefined()
    },
  )

  it('is used, and quick again, when only the time has changed', async () => {
    const entry = await fillCache()
    utimesSync(join(entry, 'node'), new Date(0), new Date(0))
    expect(await find()).toBeDefined()
    expect(Math.round(statSync(join(entry, 'node')).mtimeMs)).toBe(recorded(entry, 'node').modifiedMs)
  })

  it('is not used when it is for another platform', async () => {
    await fillCache({ platform: { os: 'plan9', arch: 'mips' } })
    expect(await find()).toBeUndefined()
  })

  it.each([
    ['is no JSON', () => '{'],
    ['is another thing', () => '{"formatVersion":2}'],
    ['is of another client', (text: string) => text.replace('"example"', '"other"')],
    ['is of another version', (text: string) => text.replace('"1.2.3"', '"1.2.4"')],
    ['lacks a binary', (text: string) => text.replace('"signer"', '"other"')],
  ])('is not used when its manifest %s', async (_name, change) => {
    const path = join(await fillCache(), 'manifest.json')
    expect(await find()).toBeDefined()
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    expect(await find()).toBeUndefined()
  })
})

describe('requireClient', () => {
  it('tells each place that was looked at and what to do', async () => {
    truncateSync(join(await fillCache(), 'signer'), 5)
    const failure = requireClient(exampleClient, { environment })
    await expect(failure).rejects.toThrow(MissingClientError)
    const { message, facts } = await failure.then(
      () => expect.unreachable(),
      (error: MissingClientError) => error,
    )
    expect(message).toContain('EXAMPLE_NODE, EXAMPLE_SIGNER not set')
    expect(message).toContain('PATH: no node')
    expect(message).toMatch(/cache: .* signer has 5 bytes instead of \d+/)
    expect(message).toContain('Install Go 1.24.0 or newer')
    expect(facts).toMatchObject({ client: 'example', version: '1.2.3', binaries: ['node', 'signer'] })
  })

  it('returns the client when it is there', async () => {
    await fillCache()
    expect(await requireClient(exampleClient, { environment })).toMatchObject({ client: 'example' })
  })
})
