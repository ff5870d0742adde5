import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  ClientInstallError,
  DownloadError,
  type LookupNote,
  MissingClientError,
} from '../../../src/processes/binaries/errors.ts'
import { findClient } from '../../../src/processes/binaries/find-client.ts'
import { type InstallClientOptions, installClient } from '../../../src/processes/binaries/install-client.ts'
import type { InstallPhase } from '../../../src/processes/binaries/install-progress.ts'
import { exampleClient, versions } from './example-client.ts'
import { type ReleaseSite, sha256, startReleaseSite } from './release-site.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const node = Buffer.alloc(100_000, 'node')
const signer = Buffer.alloc(50_000, 'signer')

let root: string
let clients: string
let site: ReleaseSite
let environment: NodeJS.ProcessEnv

beforeEach(async () => {
  const directory = temporaryDirectory()
  site = await startReleaseSite({
    '1.2.3/node': node,
    '1.2.3/node.sha256': `${sha256(node)}  node\n`,
    '1.2.3/signer': signer,
    '1.2.3/signer.sha256': `${sha256(signer)}  signer\n`,
  })
  onTestFinished(async () => {
    directory[Symbol.dispose]()
    await site[Symbol.asyncDispose]()
  })
  root = directory.path
  clients = join(root, 'clients/example')
  // An empty PATH: the Go build is out of reach, and nothing is started.
  environment = { PATH: '', ETH_LOCALNET_CACHE: root, EXAMPLE_RELEASES: `${site.url}/` }
})

function install(options: InstallClientOptions = {}) {
  return installClient(exampleClient, {
    environment,
    ways: ['release'],
    readVersion: versions({ [root]: '1.2.3' }),
    ...options,
  })
}

/** Expects a MissingClientError whose notes tell, of the release, this; and that nothing is left behind. */
async function expectRefused(reason: string | RegExp, options: InstallClientOptions = {}): Promise<unknown> {
  const error: MissingClientError = await install(options).then(
    () => expect.unreachable(),
    (error) => error,
  )
  expect(error).toBeInstanceOf(MissingClientError)
  const notes = error.facts.notes as LookupNote[]
  expect(notes.find(({ place }) => place === 'release')?.result).toMatch(reason)
  expect(readdirSync(clients)).toEqual(['1.2.3.lock'])
  return error.cause
}

describe('a good release', () => {
  it('becomes an entry of the cache, executable, with a manifest', async () => {
    const found = await install()
    expect(found).toMatchObject({
      client: 'example',
      version: '1.2.3',
      origin: 'cache',
      isPinnedVersion: true,
    })
    expect(readFileSync(found.paths.node).equals(node)).toBe(true)
    expect(readFileSync(found.paths.signer).equals(signer)).toBe(true)
    expect(statSync(found.paths.node).mode & 0o111).toBe(0o111)
    expect(JSON.parse(readFileSync(join(clients, '1.2.3/manifest.json'), 'utf8'))).toMatchObject({
      madeBy: 'release',
      madeFrom: [`${site.url}/1.2.3/node`, `${site.url}/1.2.3/signer`],
      binaries: { node: { sizeBytes: node.length, sha256: sha256(node) } },
    })
    expect(readdirSync(clients).sort()).toEqual(['1.2.3', '1.2.3.lock'])
    expect(await findClient(exampleClient, { environment, check: 'sha256' })).toEqual(found)
  })

  it('is downloaded once', async () => {
    const first = await install()
    site.requests.length = 0
    expect(await install()).toEqual(first)
    expect(site.requests).toEqual([])
  })

  it('is downloaded once by many who want it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => install()))
    expect(new Set(all.map(({ paths }) => paths.node)).size).toBe(1)
    expect(site.requests.filter((path) => path === '1.2.3/node')).toHaveLength(1)
  })

  it('tells what it does', async () => {
    const phases: InstallPhase[] = []
    await install({ onProgress: ({ phase }) => phases.push(phase) })
    expect(phases).toEqual(['download', 'download', 'check', 'check', 'done'])
  })

  it('replaces an entry that was damaged, and sweeps up what a killed installation left', async () => {
    const { paths } = await install()
    truncateSync(paths.signer, 7)
    mkdirSync(join(clients, '1.2.3.tmp-killed'))
    writeFileSync(join(clients, '1.2.3.tmp-killed/node'), 'half')
    await install()
    expect(readFileSync(paths.signer).equals(signer)).toBe(true)
    expect(readdirSync(clients).sort()).toEqual(['1.2.3', '1.2.3.lock'])
  })
})

describe('a bad release', () => {
  it('is refused when a binary is not the one published', async () => {
    site.files.set('1.2.3/signer', Buffer.alloc(signer.length, 'malice'))
    const cause = await expectRefused('its SHA-256 is')
    expect(cause).toBeInstanceOf(DownloadError)
  })

  it('is refused when a binary is cut short', async () => {
    site.files.set('1.2.3/signer', signer.subarray(0, 20))
    await expectRefused('its SHA-256 is')
  })

  it('is refused when the checksum is not there, before anything large is downloaded', async () => {
    site.files.delete('1.2.3/node.sha256')
    await expectRefused(/node\.sha256 failed: the server answers 404/)
    expect(site.requests).toEqual(['1.2.3/node.sha256'])
  })

  it('is refused when the checksum is a web page', async () => {
    site.files.set('1.2.3/node.sha256', '<html>Sign in</html>')
    await expectRefused('it has no SHA-256 of node')
  })

  it('is refused when the binary is not there', async () => {
    site.files.delete('1.2.3/signer')
    await expectRefused('the server answers 404')
  })

  it('is given up when the server stalls', async () => {
    site.files.set('1.2.3/node', () => {})
    await expectRefused('no data for 0.05 s', { limits: { stallTimeoutMs: 50 } })
  })

  it('is refused when it is larger than the limit', async () => {
    await expectRefused('larger than 1000 bytes', { limits: { maxBytes: 1_000 } })
  })

  it('is refused when it does not run here', async () => {
    await expectRefused('another program', { readVersion: versions({}) })
  })

  it('is refused when it is another version', async () => {
    await expectRefused('it gives node 1.2.4, not 1.2.3', { readVersion: versions({ [root]: '1.2.4' }) })
  })

  it('is not looked for on a platform without one', async () => {
    await expectRefused('no official build for plan9-mips', { platform: { os: 'plan9', arch: 'mips' } })
    expect(site.requests).toEqual([])
  })

  it('leaves a damaged entry of the cache to be found out again', async () => {
    const { paths } = await install()
    truncateSync(paths.signer, 7)
    site.files.delete('1.2.3/signer')
    await expect(install()).rejects.toThrow(MissingClientError)
    expect(statSync(paths.signer).size).toBe(7)
    expect(await findClient(exampleClient, { environment })).toBeUndefined()
  })
})

describe('checksums that the user gives', () => {
  const unpublished: typeof exampleClient = {
    ...exampleClient,
    release: {
      baseUrl: 'https://example.invalid',
      baseUrlVariable: 'EXAMPLE_RELEASES',
      files: () =>
        (['node', 'signer'] as const).map((binary) => ({
          binary,
          path: `1.2.3/${binary}`,
          checksum: { kind: 'given', environmentVariable: `${binary.toUpperCase()}_SHA256` },
        })),
    },
  }
  const attempt = () =>
    installClient(unpublished, {
      environment,
      ways: ['release'],
      readVersion: versions({ [root]: '1.2.3' }),
    })

  it('allow the download of what has no published one', async () => {
    environment.NODE_SHA256 = sha256(node).toUpperCase()
    environment.SIGNER_SHA256 = sha256(signer)
    expect((await attempt()).paths.node).toBe(join(clients, '1.2.3/node'))
  })

  it('are needed: without them nothing is downloaded', async () => {
    await expect(attempt()).rejects.toThrow(/no checksum of node is published; NODE_SHA256/)
    expect(site.requests).toEqual([])
  })

  it('must be SHA-256', async () => {
    environment.NODE_SHA256 = 'yes'
    await expect(attempt()).rejects.toThrow(/NODE_SHA256 is not 64 hex digits/)
    expect(site.requests).toEqual([])
  })

  it('must fit', async () => {
    environment.NODE_SHA256 = sha256(signer)
    environment.SIGNER_SHA256 = sha256(signer)
    await expect(attempt()).rejects.toThrow(/its SHA-256 is/)
    expect(existsSync(join(clients, '1.2.3'))).toBe(false)
  })
})

describe('abort', () => {
  it('before the start does nothing', async () => {
    const reason = new Error('enough')
    await expect(install({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(existsSync(clients)).toBe(false)
  })

  it('during the download leaves nothing, and the next attempt succeeds', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    site.files.set('1.2.3/node', () => abort.abort(reason))
    await expect(install({ signal: abort.signal })).rejects.toBe(reason)
    expect(readdirSync(clients)).toEqual(['1.2.3.lock'])
    site.files.set('1.2.3/node', node)
    await install()
    expect(existsSync(join(clients, '1.2.3/node'))).toBe(true)
  })
})

it('tells of a cache folder that cannot be made', async () => {
  writeFileSync(join(root, 'clients'), 'a file where the folder should be')
  const failure = install()
  await expect(failure).rejects.toThrow(ClientInstallError)
  await expect(failure).rejects.toThrow(/ENOTDIR|EEXIST/)
})
