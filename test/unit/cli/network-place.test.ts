import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { choosePlace } from '../../../src/cli/network-place.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { claimNetwork, useOwnHome } from './network-home.ts'

let home: string

beforeEach(() => {
  home = useOwnHome()
})

function place(options: NetworkOptions, more: { dir?: string; isFresh?: boolean; taken?: string[] } = {}) {
  const { dir, isFresh = false, taken = [] } = more
  return choosePlace({ options, dir, isFresh, taken: new Set(taken) })
}

const inHome = (name: string) => join(home, 'networks', name)

describe('without a name', () => {
  test('it is localnet, and begins anew', async () => {
    expect(await place({ nodes: 2 })).toEqual({
      name: 'localnet',
      directory: inHome('localnet'),
      options: { nodes: 2, name: 'localnet' },
      isFresh: true,
      isNameFree: true,
    })
  })

  test('the next number where that runs', async () => {
    await claimNetwork(inHome('localnet'), 'localnet')
    await claimNetwork(join(home, 'elsewhere'), 'localnet-2')
    expect(await place({})).toMatchObject({ name: 'localnet-3', directory: inHome('localnet-3') })
  })

  test('the same again where it does not run any more', async () => {
    const before = await claimNetwork(inHome('localnet'), 'localnet')
    await before.release()
    expect(await place({})).toMatchObject({ name: 'localnet', isFresh: true })
  })

  test('another one than those that were taken in the meantime', async () => {
    expect(await place({}, { taken: ['localnet', 'localnet-2'] })).toMatchObject({ name: 'localnet-3' })
  })
})

describe('with a name', () => {
  test('it has a directory of its own, which is kept', async () => {
    expect(await place({ name: 'mine', seed: 3 })).toEqual({
      name: 'mine',
      directory: inHome('mine'),
      options: { name: 'mine', seed: 3 },
      isFresh: false,
      isNameFree: false,
    })
  })

  test('and nothing else it is continued as it was', async () => {
    const before = await claimNetwork(inHome('mine'), 'mine')
    await before.release()
    expect(await place({ name: 'mine' })).toMatchObject({ directory: inHome('mine'), options: {} })
  })

  test('and other options these are compared with those of before', async () => {
    const before = await claimNetwork(inHome('mine'), 'mine')
    await before.release()
    expect((await place({ name: 'mine', nodes: 1 })).options).toEqual({ name: 'mine', nodes: 1 })
  })

  test('and --fresh it begins anew', async () => {
    const before = await claimNetwork(inHome('mine'), 'mine')
    await before.release()
    expect(await place({ name: 'mine' }, { isFresh: true })).toMatchObject({
      options: { name: 'mine' },
      isFresh: true,
    })
  })
})

describe('with a directory', () => {
  test('a new network has a free name', async () => {
    await claimNetwork(inHome('localnet'), 'localnet')
    expect(await place({}, { dir: join(home, 'd') })).toEqual({
      name: 'localnet-2',
      directory: join(home, 'd'),
      options: { name: 'localnet-2' },
      isFresh: false,
      isNameFree: false,
    })
  })

  test('the network in it keeps its name and its options', async () => {
    const before = await claimNetwork(join(home, 'd'), 'mine')
    await before.release()
    expect(await place({}, { dir: join(home, 'd') })).toMatchObject({ name: 'mine', options: {} })
    expect(await place({ name: 'mine' }, { dir: join(home, 'd') })).toMatchObject({ options: {} })
    expect((await place({ seed: 1 }, { dir: join(home, 'd') })).options).toEqual({ seed: 1, name: 'mine' })
  })

  test('another name is not passed over', async () => {
    const before = await claimNetwork(join(home, 'd'), 'mine')
    await before.release()
    expect((await place({ name: 'other' }, { dir: join(home, 'd') })).options).toEqual({ name: 'other' })
  })
})
