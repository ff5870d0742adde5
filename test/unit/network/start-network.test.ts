import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkDirectory } from '../../../src/network/network-directory.ts'
import { refusePastGenesis } from '../../../src/network/refuse-past-genesis.ts'
import { startNetwork } from '../../../src/network/start-network.ts'
import type { Manifest } from '../../../src/plan/manifest.ts'
import { OptionError } from '../../../src/plan/option-error.ts'
import * as findClientModule from '../../../src/processes/binaries/find-client.ts'
import { examplePlan } from '../support/example-plan.ts'
import { useStateHome } from './support/state-home.ts'

const place = useStateHome()
const nodes = [{ execution: 'geth', consensus: 'prysm', count: 2 }]
const options = { nodes, validators: 8, slotsPerEpoch: 8, accounts: 0 }
const root = `0x${'ab'.repeat(32)}`

beforeEach(() => {
  // As far as a start gets here: past the directory, to the search for the clients.
  vi.spyOn(findClientModule, 'findClient').mockRejectedValue(new Error('looked for the clients'))
})

/** A directory with a network that was planned with the options, and stopped. */
async function putNetwork(): Promise<void> {
  const directory = await NetworkDirectory.claim(place.folder)
  const manifest = examplePlan(options)
  await directory.save({
    ...{ formatVersion: 1, planned: manifest, manifest, genesisTime: 1, unclean: [], ports: {} },
    ...{ executionBlockHash: root, genesisValidatorsRoot: root, genesisBlockRoot: root },
  })
  await directory.release()
}

function savedText(): string {
  return readFileSync(join(place.folder, 'network.json'), 'utf8')
}

describe('a directory with a network', () => {
  it('is continued with the same options, with none, and with none that is set', async () => {
    await putNetwork()
    for (const given of [options, {}, { nodes: undefined }])
      await expect(startNetwork({ ...given, dir: place.folder })).rejects.toThrow('looked for the clients')
  })

  it('is refused with other options, and stays as it is', async () => {
    await putNetwork()
    const before = savedText()
    await expect(startNetwork({ ...options, seed: 2, dir: place.folder })).rejects.toMatchObject({
      code: 'directory-options',
      category: 'options',
    })
    expect(savedText()).toBe(before)
  })

  it('is given back when the start fails', async () => {
    await putNetwork()
    await expect(startNetwork({ dir: place.folder })).rejects.toThrow('looked for the clients')
    expect(readdirSync(join(place.folder, 'lock'))).toEqual([])
  })

  it('is removed when a fresh one is asked for', async () => {
    await putNetwork()
    const start = startNetwork({ ...options, seed: 2, fresh: true, dir: place.folder })
    await expect(start).rejects.toThrow('looked for the clients')
    expect(readdirSync(place.folder)).toEqual(['lock', 'start-failure.json'])
  })

  it('is not removed for a fresh one that could not be started anyway', async () => {
    await putNetwork()
    const before = savedText()
    const start = startNetwork({ ...options, genesisTime: 1_600_000_000, fresh: true, dir: place.folder })
    await expect(start).rejects.toMatchObject({ code: 'option-invalid' })
    expect(savedText()).toBe(before)
  })
})

describe('a start', () => {
  it('tells its directory before anything long begins', async () => {
    const order: string[] = []
    vi.spyOn(findClientModule, 'findClient').mockImplementation(async () => {
      order.push('clients')
      throw new Error('looked for the clients')
    })
    const onDirectory = async (path: string) => void order.push(path)
    await expect(startNetwork({ ...options, dir: place.folder, onDirectory })).rejects.toThrow()
    expect(order).toEqual([place.folder, 'clients'])
  })

  it('writes nothing for options that cannot work, or when it was aborted before', async () => {
    await expect(startNetwork({ nodes: 0, dir: place.folder })).rejects.toThrow(OptionError)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(startNetwork({ dir: place.folder, signal })).rejects.toThrow('enough')
    expect(existsSync(place.folder)).toBe(false)
  })

  it('deletes its temporary directory when it fails before anything was started', async () => {
    let path = ''
    const onDirectory = (temporary: string) => {
      path = temporary
    }
    await expect(startNetwork({ ...options, onDirectory })).rejects.toThrow('looked for the clients')
    expect(path).not.toBe('')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a genesis time', () => {
  const planned = examplePlan()
  const withGenesis = (genesisTime: number): Manifest => ({
    ...planned,
    chain: { ...planned.chain, genesisTime },
  })
  const nowMs = 1_700_000_000_500

  it('may be left open, or lie ahead', () => {
    refusePastGenesis(planned, nowMs)
    refusePastGenesis(withGenesis(1_700_000_001), nowMs)
  })

  it.each([1, 1_700_000_000])('that has passed is refused: %i', (genesisTime) => {
    const refuse = () => refusePastGenesis(withGenesis(genesisTime), nowMs)
    expect(refuse).toThrow(OptionError)
    expect(refuse).toThrow('after 1700000000')
  })

  it('that has passed is fine in virtual time', () => {
    refusePastGenesis({ ...withGenesis(1), time: 'virtual' }, nowMs)
  })
})
