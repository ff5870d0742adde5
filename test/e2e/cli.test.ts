import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type NetworkStatus, networkDescription, networkStatus } from '../../src/control/protocol.ts'
import {
  isSameProcess,
  type ProcessIdentity,
  processStartTime,
} from '../../src/processes/process-identity.ts'
import { type ProcessRecord, ProcessRecords } from '../../src/processes/process-records.ts'
import { Command, type Event, type Outcome } from './cli/command.ts'

// A state directory of our own: the networks of others on this machine are not ours to list or to stop.
const home = mkdtempSync(join(tmpdir(), 'eth-localnet-cli-'))
const environment = { ETH_LOCALNET_HOME: home }
const homeOf = (name: string) => join(home, 'networks', name)

afterAll(async () => {
  await cli('down', '--all')
  rmSync(home, { recursive: true, force: true })
})

function start(...args: string[]): Command {
  return new Command(args, environment)
}

function cli(...args: string[]): Promise<Outcome> {
  return start(...args).ended
}

/** What a command that must succeed prints with --json. */
async function eventsOf(...args: string[]): Promise<readonly Event[]> {
  const { exitCode, stderr, events } = await cli(...args, '--json')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return events
}

async function statusOf(...selection: string[]): Promise<NetworkStatus> {
  const [event] = await eventsOf('status', ...selection)
  return networkStatus.parse(event)
}

function processesOf(name: string): Promise<ProcessRecord[]> {
  return new ProcessRecords(homeOf(name)).alive()
}

function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: processStartTime(pid) ?? 'gone' }
}

/** A directory with a program in place of geth, of which only the version is right. */
function putGeth(body: string): NodeJS.ProcessEnv {
  const path = join(home, `geth-${Math.random()}`)
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo "geth version 1.16.7" && exit\n${body}\n`)
  chmodSync(path, 0o755)
  return { ...environment, ETH_LOCALNET_GETH: path }
}

describe('a start that fails', () => {
  test.each([
    [['up', '--nodes', '0'], 2, '--nodes'],
    [['upp'], 2, 'Did you mean up?'],
    [['up', '--clients', 'geth/prysm', '--slot-duration', '1s'], 2, 'prysm cannot keep slots of 1000 ms'],
    [['status'], 1, 'No network is running.'],
  ])('%j ends with %d', async (args, exitCode, text) => {
    const outcome = await cli(...args)
    expect(outcome).toMatchObject({ exitCode, stdout: '' })
    expect(outcome.stderr).toContain(text)
  })

  test.each([['up'], ['up --detach']])('%s ends with 3 and the log of a client that dies', async (line) => {
    const broken = putGeth('[ "$1" = init ] && exit; echo "Fatal: no state today"; exit 1')
    const outcome = await new Command([...line.split(' '), '--clients', 'geth/prysm:1', '--json'], broken)
      .ended
    expect(outcome.exitCode).toBe(3)
    expect(outcome.events.at(-1)).toMatchObject({ event: 'error', code: 'process-start', category: 'start' })
    expect(outcome.stderr).toContain('✗ node-0 geth did not start: it exited with code 1.')
    expect(outcome.stderr).toContain('| Fatal: no state today')
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
    expect(await processesOf('localnet')).toEqual([])
    expect(await eventsOf('ps')).toEqual([])
  })

  test('a directory that holds other files is left alone', async () => {
    const file = join(home, 'foreign', 'precious.txt')
    mkdirSync(join(home, 'foreign'))
    writeFileSync(file, 'mine')
    const outcome = await cli('up', '--dir', join(home, 'foreign'), '--fresh')
    expect(outcome.exitCode).toBe(3)
    expect(outcome.stderr).toContain('holds other files than a network')
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
})

describe('Ctrl-C while it starts', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops what runs and leaves nothing', async (signal, exitCode) => {
    const up = start('up', '--clients', 'geth/prysm:1', '--json')
    await up.event(({ stage }) => stage === 'start')
    const running = await someProcessOf('localnet')
    up.child.kill(signal)
    const outcome = await up.ended
    expect(outcome.exitCode).toBe(exitCode)
    expect(outcome.events.slice(-2)).toMatchObject([
      { event: 'stopping', reason: signal },
      { event: 'stopped', isKilled: false },
    ])
    expect(running.filter(isSameProcess)).toEqual([])
    expect(existsSync(join(homeOf('localnet'), 'control.json'))).toBe(false)
    expect(await eventsOf('ps')).toEqual([])
  })

  test('a second one kills at once a client that does not want to end', async () => {
    const stubborn = putGeth('[ "$1" = init ] && exit; trap "" TERM; while :; do sleep 1; done')
    const up = new Command(['up', '--clients', 'geth/prysm:1', '--json'], stubborn)
    await up.event(({ stage }) => stage === 'start')
    const running = await someProcessOf('localnet')
    up.child.kill('SIGINT')
    await up.event(({ event }) => event === 'stopping')
    // One that comes too soon counts as an echo of the first, so it is pressed until it is heard.
    const press = setInterval(() => up.child.kill('SIGINT'), 100)
    onTestFinished(() => clearInterval(press))
    const outcome = await up.ended
    expect(outcome.exitCode).toBe(130)
    expect(outcome.events.at(-1)).toMatchObject({ event: 'stopped', isKilled: true })
    expect(running.filter(isSameProcess)).toEqual([])
  })

  /** Processes are recorded one by one as they are started; the first is enough. */
  async function someProcessOf(name: string): Promise<ProcessRecord[]> {
    return expect
      .poll(() => processesOf(name), { timeout: 30_000 })
      .not.toEqual([])
      .then(() => processesOf(name))
  }
})

// The tests build on one another: they follow one network through its life.
describe('a detached network of 2 nodes', () => {
  let ready: Event

  beforeAll(async () => {
    const flags = ['--clients', 'geth/prysm:2', '--validators', '8', '--topology', 'line', '--seed', '7']
    const events = await eventsOf('up', '--detach', ...flags)
    ready = events.at(-1) as Event
    const stages = events.filter(({ event }) => event === 'progress').map(({ stage }) => stage)
    expect([...new Set(stages)]).toEqual(
      expect.arrayContaining(['clients', 'genesis', 'start', 'peers', 'head']),
    )
  })

  test('is ready with endpoints that answer, as the event says', async () => {
    expect(ready).toMatchObject({
      event: 'ready',
      name: 'localnet',
      seed: 7,
      slotDurationMs: 2_000,
      slotsPerEpoch: 8,
      genesisTime: expect.any(Number),
      nodes: ['node-0', 'node-1'].map((name) => ({
        name,
        state: 'running',
        execution: {
          client: 'geth',
          rpcUrl: expect.stringMatching(/^http:/),
          engineUrl: expect.stringMatching(/^http:/),
          pid: expect.any(Number),
        },
        consensus: { client: 'prysm', apiUrl: expect.stringMatching(/^http:/), pid: expect.any(Number) },
        validators: 4,
      })),
    })
    const { nodes, accounts } = networkDescription.parse(ready)
    expect(accounts).toHaveLength(10)
    for (const { execution, consensus, processes } of nodes) {
      expect(processes.map(({ name }) => name)).toEqual(['geth', 'beacon-chain', 'validator'])
      expect(processes.map(({ pid }) => processStartTime(pid))).not.toContain(undefined)
      const client = createPublicClient({ transport: http(execution.rpcUrl) })
      expect(await client.getChainId()).toBe(1337)
      expect((await fetch(`${consensus.apiUrl}/eth/v1/node/version`)).status).toBe(200)
    }
  })

  test('is in ps and in status', async () => {
    expect(await eventsOf('ps')).toMatchObject([
      {
        event: 'network',
        name: 'localnet',
        state: 'running',
        nodes: [{ state: 'running' }, { state: 'running' }],
      },
    ])
    const status = await statusOf()
    expect(status).toMatchObject({ name: 'localnet', state: 'running', seed: 7 })
    for (const node of status.nodes) {
      const other = node.name === 'node-0' ? 'node-1' : 'node-0'
      expect(node).toMatchObject({ state: 'running', justified: 0, finalized: 0, problem: null })
      expect(node.head?.slot).toBeGreaterThan(0)
      expect(node.peers?.execution).toEqual([other])
    }
    expect((await cli('status')).stdout).toMatch(/^node-1 +running +\d+ +0x[0-9a-f]{8}…/m)
  })

  test('has logs', async () => {
    const { stdout } = await cli('logs', 'node-1', '-n', '2')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(6)
    for (const process of ['geth', 'beacon-chain', 'validator'])
      expect(lines.filter((line) => line.startsWith(`node-1 ${process} | `))).toHaveLength(2)
  })

  test('tells what is logged from now on, until Ctrl-C', async () => {
    const following = start('logs', '-f', 'node-0', '-n', '0', '--json')
    // A validator that proposes or attests is logged in every slot.
    expect(await following.event(({ event }) => event === 'log')).toMatchObject({ node: 'node-0' })
    following.child.kill('SIGINT')
    expect(await following.ended).toMatchObject({ exitCode: 130, stderr: '' })
  })

  test('stops a node and starts it again', async () => {
    const [before] = (await statusOf()).nodes
    expect(await eventsOf('stop', 'node-0')).toMatchObject([
      { event: 'node', name: 'node-0', state: 'stopped', execution: { pid: null }, consensus: { pid: null } },
    ])
    const stopped = (await statusOf()).nodes[0]
    expect(stopped).toMatchObject({ state: 'stopped', head: null, peers: null, processes: [] })
    expect((before?.processes ?? []).map(({ pid }) => processStartTime(pid))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const [started] = await eventsOf('start', 'node-0')
    expect(started).toMatchObject({ state: 'running', execution: { rpcUrl: before?.execution.rpcUrl } })
  })

  test('refuses what cannot be done', async () => {
    expect(await cli('stop', 'node-7')).toMatchObject({ exitCode: 2 })
    expect(await cli('resume', 'node-0')).toMatchObject({ exitCode: 0 })
    await eventsOf('pause', 'node-1')
    expect((await statusOf()).nodes[1]).toMatchObject({ state: 'paused', head: null })
    await eventsOf('resume', 'node-1')
  })

  test('takes in a node, and removes it', async () => {
    expect(await eventsOf('add', 'late', '--peers', 'node-1')).toMatchObject([
      { event: 'node', name: 'late', state: 'running', validators: 0 },
    ])
    expect((await statusOf()).nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1', 'late'])
    await eventsOf('remove', 'late')
    expect((await statusOf()).nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1'])
  })

  test('goes down, and leaves no process', async () => {
    const running = await processesOf('localnet')
    expect(running).toHaveLength(6)
    expect(await eventsOf('down')).toMatchObject([{ event: 'stopped', name: 'localnet' }])
    expect(running.filter(isSameProcess)).toEqual([])
    expect(await eventsOf('ps')).toEqual([])
    const log = readFileSync(join(homeOf('localnet'), 'up.log'), 'utf8')
    expect(log.trimEnd().split('\n').at(-1)).toContain('"event":"stopped"')
  })
})

describe('two named networks', () => {
  let genesisTime: number

  beforeAll(async () => {
    const flags = ['--clients', 'geth/prysm:1', '--validators', '4', '--detach']
    await Promise.all(['left', 'right'].map((name) => eventsOf('up', '--name', name, ...flags)))
  })

  test('run side by side, each on its own ports', async () => {
    const [left, right] = [await statusOf('--name', 'left'), await statusOf('--name', 'right')]
    genesisTime = right.genesisTime
    const urls = [left, right].flatMap(({ nodes }) =>
      nodes.flatMap(({ execution, consensus }) => [execution.rpcUrl, execution.engineUrl, consensus.apiUrl]),
    )
    expect(new Set(urls).size).toBe(6)
    for (const network of [left, right])
      expect(network.nodes).toMatchObject([{ state: 'running', problem: null }])
    const outcome = await cli('status')
    expect(outcome.exitCode).toBe(2)
    expect(outcome.stderr).toContain('--name')
  })

  test('kill -9 of one leaves nothing of it after the next command, and the other alone', async () => {
    const [killed, kept] = [await processesOf('left'), await processesOf('right')]
    expect(killed).toHaveLength(3)
    const [{ pid }] = (await eventsOf('ps')).filter(({ name }) => name === 'left') as [Event]
    const supervisor = identityOf(pid as number)
    process.kill(supervisor.pid, 'SIGKILL')
    await expect.poll(() => isSameProcess(supervisor)).toBe(false)
    const { stdout, stderr } = await cli('ps')
    expect(stderr).toContain(`The network left (process ${pid}) had died without stopping.`)
    expect(stdout).not.toContain('left')
    expect(killed.filter(isSameProcess)).toEqual([])
    expect(kept.filter(isSameProcess)).toEqual(kept)
  })

  test('are continued by their name, until nobody reads the output', async () => {
    await eventsOf('down', '--name', 'right')
    const up = start('up', '--name', 'right', '--json')
    expect(await up.event(({ event }) => event === 'ready')).toMatchObject({ genesisTime })
    // The slots that went by while it started are told first: no node was running then.
    const slot = await up.event(({ event, nodesRunning }) => event === 'slot' && nodesRunning !== 0)
    expect(slot).toMatchObject({ nodesRunning: 1, headRoot: expect.stringMatching(/^0x/) })
    const running = await processesOf('right')
    up.closeOutput()
    expect(await up.ended).toMatchObject({ exitCode: 0, stderr: '' })
    expect(running).toHaveLength(3)
    expect(running.filter(isSameProcess)).toEqual([])
  })
})
