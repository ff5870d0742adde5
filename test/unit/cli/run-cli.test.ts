import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { writeControlFile } from '../../../src/control/control-file.ts'
import { ControlServer } from '../../../src/control/control-server.ts'
import { StateError } from '../../../src/network/errors.ts'
import { cli, eventsOf } from './call-cli.ts'
import { FakeNetwork } from './fake-network.ts'
import { claimNetwork, useOwnHome } from './network-home.ts'

let home: string

beforeEach(() => {
  home = useOwnHome()
})

/** The events of a command with --json. */
async function events(...args: string[]): Promise<Record<string, unknown>[]> {
  return eventsOf(await cli(...args, '--json'))
}

/** A fake network that answers the commands of this test. */
async function runFakeNetwork(name = 'fake'): Promise<{ fakeNetwork: FakeNetwork; directory: string }> {
  const directory = join(home, 'networks', name)
  const claimed = await claimNetwork(directory, name)
  const fakeNetwork = new FakeNetwork()
  const server = await ControlServer.open({ target: fakeNetwork, name, directory, onDefect: () => {} })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await claimed.release()
  })
  return { fakeNetwork, directory }
}

describe('the command line', () => {
  test.each([
    [['upp'], "Unknown command 'upp'.", 'Did you mean up?'],
    [['up', '--nodez', '3'], "Unknown option '--nodez'.", 'Did you mean --nodes?'],
    [['up', '--nodes'], 'argument missing', 'eth-localnet --help'],
    [['up', 'extra'], 'Too many arguments', 'eth-localnet --help'],
    [['stop'], "Missing required argument 'node'.", 'eth-localnet --help'],
    [['up', '--nodes', '0'], "Invalid option 'nodes'.", 'It comes from --nodes.'],
    [['up', '--topology', 'rign'], "Invalid option '--topology'.", "Did you mean 'ring'?"],
    [['up', '--name', '../x'], "Invalid option 'name'.", 'It comes from --name.'],
    [['plan', '--clients', 'geth/prism'], 'no such consensus client', "Did you mean 'prysm'?"],
    [['up', '--config', 'missing.yaml'], 'Cannot use missing.yaml', 'there is no such file'],
    [['logs', '-n', '-1'], "Invalid option '--lines'.", 'an integer from 0'],
    [['add', '--clients', 'geth/prysm:2'], 'one node is added at a time', 'geth/prysm'],
    [['clients', 'install', 'gth'], 'there is no such client', "Did you mean 'geth'?"],
    [['status', '--name', 'nowhere'], 'There is no network "nowhere".', 'No network was started yet.'],
  ])('%j is refused with exit code 2', async (args, problem, advice) => {
    const { exitCode, stdout, stderr } = await cli(...args)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(problem)
    expect(stderr).toContain(advice)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(await events(...args)).toMatchObject([{ event: 'error', category: 'options' }])
  })

  test.each([[['--help']], [[]], [['up', '--help']]])('%j prints the help', async (args) => {
    const { exitCode, stdout, stderr } = await cli(...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('Usage: eth-localnet')
  })

  test('--version prints the version', async () => {
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('plan', () => {
  test('prints the table for a person', async () => {
    const { exitCode, stdout } = await cli('plan', '--nodes', '2', '--topology', 'line')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^node-1 +embedded +embedded/m)
  })

  test('is of the clients and the time that are named', async () => {
    const processes = await cli('plan', '--clients', 'geth/prysm:2')
    expect(processes.stdout).toMatch(/^node-1 +geth +prysm/m)
    const virtual = await cli('plan', '--clients', 'embedded:2', '--time', 'virtual')
    expect(virtual.stdout).toMatch(/^Time +virtual$/m)
    expect(virtual.stdout).toMatch(/^node-1 +embedded +embedded/m)
  })

  test('prints all of the manifest for a program, the same as up --dry-run', async () => {
    const flags = ['--nodes', '2', '--validators', '6', '--distribution', '4,2', '--seed', '7']
    const [plan, ...others] = await events('plan', ...flags)
    expect(others).toEqual([])
    expect(plan).toMatchObject({
      event: 'plan',
      manifest: { seed: 7, nodes: [{ validators: { count: 4 } }, { validators: { count: 2 } }] },
    })
    expect(await events('up', '--dry-run', ...flags)).toEqual([plan])
  })

  test('takes a file, and flags before it', async () => {
    const path = join(home, 'net.yaml')
    writeFileSync(path, 'nodes: 3\nseed: 5\n')
    const [plan] = await events('plan', '--config', path, '--nodes', '1')
    expect(plan).toMatchObject({ manifest: { seed: 5, nodes: [{ name: 'node-0' }] } })
  })
})

describe('without a network', () => {
  test.each([['ps'], ['down'], ['down --all']])('%s has nothing to do', async (line) => {
    const { exitCode, stdout } = await cli(...line.split(' '))
    expect(exitCode).toBe(0)
    expect(stdout).toContain('No network is running.')
  })

  test.each([['status'], ['stop node-0'], ['add'], ['logs']])('%s fails', async (line) => {
    const { exitCode, stderr } = await cli(...line.split(' '))
    expect(exitCode).toBe(1)
    expect(stderr).toContain('No network is running.')
    expect(stderr).toContain('eth-localnet up')
  })
})

describe('with a network', () => {
  test('ps lists it', async () => {
    await runFakeNetwork()
    expect((await cli('ps')).stdout).toMatch(/^fake +running +7 +1\/1 /m)
    expect(await events('ps')).toMatchObject([
      { event: 'network', name: 'fake', state: 'running', slot: 7, pid: process.pid },
    ])
  })

  test('ps lists one that is stopped only when asked', async () => {
    const claimed = await claimNetwork(join(home, 'networks', 'kept'), 'kept')
    await claimed.release()
    expect(await events('ps')).toEqual([])
    expect(await events('ps', '--all')).toMatchObject([{ name: 'kept', state: 'stopped', pid: null }])
  })

  test('status tells what each node says', async () => {
    const { fakeNetwork } = await runFakeNetwork()
    expect(await events('status')).toEqual([{ event: 'status', ...(await fakeNetwork.status()) }])
    const { stdout } = await cli('status')
    expect(stdout).toMatch(/^node-0 +running +7 +0xabababab… +1 +0 +1 +0 /m)
    expect(stdout).toMatch(/^node-1 +failed +- +- +- +- +- +- /m)
    expect(stdout).toContain('node-1: node-1 geth crashed')
  })

  test.each(['start', 'stop', 'restart', 'kill', 'pause', 'resume'])('%s does it', async (action) => {
    const { fakeNetwork } = await runFakeNetwork()
    const state = action === 'stop' ? 'stopped' : 'running'
    expect(await cli(action, 'node-0')).toEqual({ exitCode: 0, stdout: `node-0 is ${state}.\n`, stderr: '' })
    expect(await events(action, 'node-0')).toMatchObject([{ event: 'node', name: 'node-0', state }])
    expect(fakeNetwork.asked).toEqual([
      { node: 'node-0', action },
      { node: 'node-0', action },
    ])
  })

  test('a node that there is not is named, with the nearest', async () => {
    await runFakeNetwork()
    const { exitCode, stderr } = await cli('stop', 'node-1')
    expect(exitCode).toBe(2)
    expect(stderr).toBe('✗ There is no node "node-1".\n  Nodes: node-0\n  Did you mean node-0?\n')
  })

  test('an error over there has the exit code that it has here', async () => {
    const { fakeNetwork } = await runFakeNetwork()
    fakeNetwork.failure = new StateError('Cannot pause node-0: it is stopped.', 'It must be running.')
    const { exitCode, stderr } = await cli('pause', 'node-0')
    expect(exitCode).toBe(1)
    expect(stderr).toBe('✗ Cannot pause node-0: it is stopped.\n  It must be running.\n')
  })

  test('add and remove change it', async () => {
    const { fakeNetwork } = await runFakeNetwork()
    const added = await events('add', 'late', '--clients', 'geth/prysm', '--peers', 'node-0,node-2')
    expect(added).toMatchObject([{ event: 'node', name: 'late' }])
    expect((await cli('add')).stdout).toContain('node-1 is running.')
    expect(await events('remove', 'late')).toEqual([{ event: 'removed', name: 'late' }])
    expect(fakeNetwork.asked).toEqual([
      { add: { name: 'late', execution: 'geth', consensus: 'prysm', peers: ['node-0', 'node-2'] } },
      { add: {} },
      { remove: 'late' },
    ])
  })

  test('logs prints what its nodes logged', async () => {
    const { directory } = await runFakeNetwork()
    mkdirSync(join(directory, 'nodes', 'node-0', 'logs'), { recursive: true })
    writeFileSync(join(directory, 'nodes', 'node-0', 'logs', 'geth.log'), 'one\ntwo\nthree\n')
    expect((await cli('logs', '-n', '2')).stdout).toBe('node-0 geth | two\nnode-0 geth | three\n')
    expect(await events('logs', 'node-0', '-n', '1')).toEqual([
      { event: 'log', node: 'node-0', process: 'geth', line: 'three' },
    ])
    expect(await cli('logs', 'node-9')).toMatchObject({ exitCode: 2 })
  })

  test('--name chooses among several', async () => {
    await runFakeNetwork('one')
    await runFakeNetwork('two')
    expect((await cli('status')).stderr).toContain('--name')
    expect(await cli('status', '--name', 'two')).toMatchObject({ exitCode: 0 })
  })
})

test('a network whose process died is told of by the next command, on standard error', async () => {
  const directory = join(home, 'networks', 'lost')
  const claimed = await claimNetwork(directory, 'lost')
  await claimed.release()
  const lost = {
    formatVersion: 1 as const,
    name: 'lost',
    url: 'http://127.0.0.1:1',
    token: '0'.repeat(64),
    pid: process.pid,
    startTime: 'long ago',
    startedAt: new Date(0).toISOString(),
  }
  await writeControlFile(directory, lost)
  const { stdout, stderr } = await cli('ps')
  expect(stderr).toContain(`The network lost (process ${process.pid}) had died without stopping.`)
  expect(stdout).toContain('No network is running.')
  expect((await cli('ps')).stderr).toBe('')
})
