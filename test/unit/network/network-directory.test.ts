import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { DirectoryError } from '../../../src/network/errors.ts'
import {
  knownNetworkDirectories,
  NetworkDirectory,
  reapAbandonedNetworks,
} from '../../../src/network/network-directory.ts'
import type { SavedNetwork } from '../../../src/network/saved-network.ts'
import { claimName } from '../../../src/processes/file-lock.ts'
import { useSkippedDelays } from '../support/fake-clock.ts'
import { exampleNodes } from './support/fake-node.ts'
import { useStateHome } from './support/state-home.ts'

const place = useStateHome()
useSkippedDelays()
const manifest = exampleNodes(2)
const root = `0x${'ab'.repeat(32)}`
const saved: SavedNetwork = {
  formatVersion: 1,
  planned: manifest,
  manifest,
  genesisTime: 1_700_000_000,
  executionBlockHash: root,
  genesisValidatorsRoot: root,
  genesisBlockRoot: root,
  unclean: ['node-1'],
  ports: Object.fromEntries(manifest.nodes.map(({ name, ports }) => [name, ports])),
}

async function refusalOf(action: Promise<unknown>): Promise<DirectoryError> {
  const error = await action.catch((failure: unknown) => failure)
  if (error instanceof DirectoryError) return error
  throw new Error(`expected a DirectoryError, and there was ${error}`)
}

function file(name: string): string {
  return join(place.folder, name)
}

describe('a claim', () => {
  it('makes the directory, for its owner alone', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    expect(statSync(place.folder).mode & 0o777).toBe(0o700)
    expect(await directory.load()).toBeUndefined()
    expect(await knownNetworkDirectories()).toEqual([{ directory: place.folder, isTemporary: false }])
    await directory.release()
  })

  it('is refused while somebody else has the directory, and possible again after', async () => {
    const first = await NetworkDirectory.claim(place.folder)
    const refusal = await refusalOf(NetworkDirectory.claim(place.folder))
    expect(refusal).toMatchObject({ code: 'directory-in-use', category: 'start' })
    expect(refusal.message).toContain(`process ${process.pid}`)
    expect(refusal.message).toContain(place.folder)
    await first.release()
    await (await NetworkDirectory.claim(place.folder)).release()
  })

  it('is refused for a folder with other files, and nothing is put into it', async () => {
    mkdirSync(place.folder)
    writeFileSync(file('cat.jpg'), '')
    expect(await refusalOf(NetworkDirectory.claim(place.folder))).toMatchObject({ code: 'directory-foreign' })
    expect(readdirSync(place.folder)).toEqual(['cat.jpg'])
  })

  it('is refused for a file', async () => {
    writeFileSync(place.folder, '')
    expect(await refusalOf(NetworkDirectory.claim(place.folder))).toMatchObject({ code: 'directory-foreign' })
  })

  it('leaves no lock when it fails half-way', async () => {
    mkdirSync(place.home)
    writeFileSync(join(place.home, 'registry'), 'in the way')
    await expect(NetworkDirectory.claim(place.folder)).rejects.toThrow('EEXIST')
    rmSync(join(place.home, 'registry'))
    await (await NetworkDirectory.claim(place.folder)).release()
  })
})

describe('what is saved', () => {
  it('is read back as it was', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    expect(await directory.load()).toEqual(saved)
    expect(statSync(file('network.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(place.folder).sort()).toEqual(['lock', 'network.json'])
    await directory.release()
  })

  it('stays what it was when writing fails half-way', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    // Where the new file would be written there is a folder.
    mkdirSync(file('network.json.new'))
    await expect(directory.save({ ...saved, unclean: [] })).rejects.toThrow('EISDIR')
    expect(await directory.load()).toEqual(saved)
    await directory.release()
  })

  it.each([
    ['nothing', () => ''],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['another format', (text: string) => text.replace('"formatVersion": 1', '"formatVersion": 2')],
    ['a name that leads out of the directory', (text: string) => text.replaceAll('node-1', '../../home')],
    ['an impossible port', (text: string) => text.replaceAll('20000', '200000')],
    ['no chain', (text: string) => text.replaceAll('"chain"', '"chained"')],
    ['no list of nodes', (text: string) => JSON.stringify({ ...JSON.parse(text), manifest: { nodes: {} } })],
  ])('is refused as damaged when it has %s, and nothing is changed', async (_, damage) => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    const text = damage(readFileSync(file('network.json'), 'utf8'))
    writeFileSync(file('network.json'), text)
    const refusal = await refusalOf(directory.load())
    expect(refusal).toMatchObject({ code: 'directory-corrupt', facts: { directory: place.folder } })
    expect(refusal.message).toContain('Nothing was changed')
    expect(readFileSync(file('network.json'), 'utf8')).toBe(text)
    await directory.release()
  })

  it('is named as of another version when its manifest is', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    const text = readFileSync(file('network.json'), 'utf8')
    writeFileSync(file('network.json'), text.replaceAll('"formatVersion": 2', '"formatVersion": 1'))
    const refusal = await refusalOf(directory.load())
    expect(refusal.message).toContain('of another version of eth-localnet')
    await directory.release()
  })

  it('is damaged when it cannot be read, not absent', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    mkdirSync(file('network.json'))
    expect(await refusalOf(directory.load())).toMatchObject({ code: 'directory-corrupt' })
    await directory.release()
  })

  it('is missed beside the data of nodes: a new chain on top would spoil both', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    mkdirSync(directory.nodeDirectory('node-0'), { recursive: true })
    const refusal = await refusalOf(directory.load())
    expect(refusal).toMatchObject({ code: 'directory-corrupt' })
    expect(refusal.message).toContain('network.json is missing')
    await directory.release()
  })
})

describe('clear', () => {
  it('removes an earlier network, and keeps the directory', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    mkdirSync(directory.nodeDirectory('node-0'), { recursive: true })
    await directory.clear()
    expect(readdirSync(place.folder)).toEqual(['lock'])
    await directory.release()
  })

  it('removes nothing of a folder of the user that it cannot read', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    writeFileSync(file('network.json'), '{"mine":true}')
    expect(await refusalOf(directory.clear())).toMatchObject({ code: 'directory-corrupt' })
    expect(readdirSync(place.folder)).toContain('network.json')
    await directory.release()
  })

  it('removes a damaged network from where this tool keeps its own', async () => {
    const own = join(place.home, 'networks', 'one')
    const directory = await NetworkDirectory.claim(own)
    writeFileSync(join(own, 'network.json'), 'damaged')
    await directory.clear()
    expect(readdirSync(own)).toEqual(['lock'])
    await directory.release()
  })
})

describe('a temporary directory', () => {
  it('is deleted at its release, and forgotten', async () => {
    const directory = await NetworkDirectory.claim()
    expect(directory.isTemporary).toBe(true)
    await directory.save(saved)
    await directory.release()
    expect(existsSync(directory.path)).toBe(false)
    expect(await knownNetworkDirectories()).toEqual([])
  })

  it('stays for its logs when it is to be kept, also through later commands', async () => {
    const directory = await NetworkDirectory.claim()
    await directory.save(saved)
    await directory.release({ keep: true })
    expect(await reapAbandonedNetworks()).toEqual([])
    expect(existsSync(directory.path)).toBe(true)
  })

  it('of a process that died is deleted by the next command', async () => {
    const directory = await NetworkDirectory.claim()
    await directory.save(saved)
    abandon(directory.path)
    expect(await reapAbandonedNetworks()).toEqual([])
    expect(existsSync(directory.path)).toBe(false)
    expect(await knownNetworkDirectories()).toEqual([])
  })

  it('of a process that lives is left alone', async () => {
    const directory = await NetworkDirectory.claim()
    await reapAbandonedNetworks()
    expect(existsSync(directory.path)).toBe(true)
    await directory.release()
  })
})

describe('the registry', () => {
  it('keeps a directory of the user that its process left by dying', async () => {
    const directory = await NetworkDirectory.claim(place.folder)
    await directory.save(saved)
    abandon(place.folder)
    await reapAbandonedNetworks()
    expect(readdirSync(place.folder)).toContain('network.json')
    expect(await knownNetworkDirectories()).toEqual([{ directory: place.folder, isTemporary: false }])
  })

  it('forgets directories that are gone, and entries that are damaged', async () => {
    await (await NetworkDirectory.claim(place.folder)).release()
    rmSync(place.folder, { recursive: true })
    writeFileSync(join(place.home, 'registry', 'damaged.json'), '{')
    expect(await knownNetworkDirectories()).toEqual([])
    expect(readdirSync(join(place.home, 'registry'))).toEqual([])
  })

  it('leaves an entry alone that another process is about to write', async () => {
    mkdirSync(join(place.home, 'registry'), { recursive: true })
    writeFileSync(join(place.home, 'registry', 'half.json.new'), '{')
    expect(await knownNetworkDirectories()).toEqual([])
    expect(readdirSync(join(place.home, 'registry'))).toEqual(['half.json.new'])
  })

  it('is empty on a machine that never started a network', async () => {
    vi.stubEnv('ETH_LOCALNET_HOME', join(place.home, 'nowhere'))
    expect(await knownNetworkDirectories()).toEqual([])
    expect(await reapAbandonedNetworks()).toEqual([])
  })
})

/** Makes the claim on a directory that of a process which is gone. */
function abandon(directory: string): void {
  const lock = join(directory, 'lock')
  const [own = ''] = readdirSync(lock)
  const [, , host = ''] = own.split('@').map(decodeURIComponent)
  rmSync(join(lock, own))
  writeFileSync(join(lock, claimName({ pid: 999_999_999, startTime: 'earlier', host })), '')
}
