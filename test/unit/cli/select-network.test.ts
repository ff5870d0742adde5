import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { selectKnownNetwork, selectRunningNetwork } from '../../../src/cli/select-network.ts'
import { readControlFile, writeControlFile } from '../../../src/control/control-file.ts'
import { ControlServer } from '../../../src/control/control-server.ts'
import { findKnownNetworks } from '../../../src/control/find-networks.ts'
import { reapNetworks } from '../../../src/control/reap-networks.ts'
import { FakeNetwork } from './fake-network.ts'
import { claimNetwork, useOwnHome } from './network-home.ts'

let home: string

beforeEach(() => {
  home = useOwnHome()
})

/** A network that this process holds and answers for. */
async function run(name: string, folder = name): Promise<string> {
  const directory = join(home, 'networks', folder)
  const claimed = await claimNetwork(directory, name)
  const server = await ControlServer.open({ target: new FakeNetwork(), name, directory, onDefect: () => {} })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await claimed.release()
  })
  return directory
}

async function keepStopped(name: string): Promise<string> {
  const directory = join(home, 'networks', name)
  const claimed = await claimNetwork(directory, name)
  await claimed.release()
  return directory
}

describe('of the networks that run', () => {
  test('the only one is meant', async () => {
    await keepStopped('old')
    const directory = await run('mine')
    expect(await selectRunningNetwork({})).toMatchObject({ name: 'mine', directory, pid: process.pid })
  })

  test('the named one, or the one in the directory', async () => {
    await run('one')
    const directory = await run('two')
    expect(await selectRunningNetwork({ name: 'two' })).toMatchObject({ directory })
    expect(await selectRunningNetwork({ dir: directory })).toMatchObject({ name: 'two' })
  })

  test.each([
    ['network-ambiguous', 'options', {}, ['two', '--name']],
    ['network-unknown', 'options', { name: 'onne' }, ["Did you mean 'one'?"]],
    ['network-unknown', 'options', { dir: '/nowhere' }, ['Networks: kept, one, two']],
    ['network-not-running', 'runtime', { name: 'kept' }, ['up --name kept']],
  ])('%s (%s): %j', async (code, category, selection, texts) => {
    await run('one')
    await run('two')
    await keepStopped('kept')
    const error = await selectRunningNetwork(selection).catch((thrown) => thrown)
    expect(error).toMatchObject({ code, category })
    for (const text of texts) expect(error.message).toContain(text)
  })

  test('none is there', async () => {
    await expect(selectRunningNetwork({})).rejects.toMatchObject({ code: 'no-network', category: 'runtime' })
  })

  test('one that a program holds takes no commands', async () => {
    const claimed = await claimNetwork(join(home, 'networks', 'test'), 'test')
    onTestFinished(() => claimed.release())
    const error = await selectRunningNetwork({ name: 'test' }).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'network-not-running' })
    expect(error.message).toContain(`process ${process.pid}`)
  })

  test('two of one name are told apart by their directories', async () => {
    await run('same', 'a')
    const directory = await run('same', 'b')
    const error = await selectRunningNetwork({ name: 'same' }).catch((thrown) => thrown)
    expect(error.message).toContain('--dir')
    expect(await selectRunningNetwork({ name: 'same', dir: directory })).toMatchObject({ directory })
  })
})

describe('for a log', () => {
  test('a network that runs is preferred', async () => {
    await keepStopped('localnet')
    await run('mine')
    expect(await selectKnownNetwork({}, 'localnet')).toMatchObject({ name: 'mine' })
  })

  test('else the last one without a name', async () => {
    await keepStopped('mine')
    await keepStopped('localnet')
    expect(await selectKnownNetwork({}, 'localnet')).toMatchObject({ name: 'localnet' })
    expect(await selectKnownNetwork({ name: 'mine' }, 'localnet')).toMatchObject({ name: 'mine' })
  })

  test('or none', async () => {
    await keepStopped('mine')
    await expect(selectKnownNetwork({}, 'localnet')).rejects.toMatchObject({ code: 'no-network' })
  })
})

describe('a network whose process died', () => {
  test('is told of once, and does not count as running', async () => {
    const directory = await keepStopped('lost')
    // Our own pid, given to us after that process had died.
    const { pid } = process
    await writeControlFile(directory, {
      formatVersion: 1,
      name: 'lost',
      url: 'http://127.0.0.1:1',
      token: '0'.repeat(64),
      pid,
      startTime: 'long ago',
      startedAt: new Date(0).toISOString(),
    })
    expect(await findKnownNetworks()).toMatchObject([{ name: 'lost', control: undefined, pid: undefined }])
    expect(await reapNetworks()).toEqual([{ name: 'lost', directory, pid, ended: [] }])
    expect(await reapNetworks()).toEqual([])
    expect(existsSync(join(directory, 'control.json'))).toBe(false)
  })

  test('is not one that lives', async () => {
    const directory = await run('mine')
    expect(await reapNetworks()).toEqual([])
    expect(await readControlFile(directory)).toBeDefined()
  })
})
