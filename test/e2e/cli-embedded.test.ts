import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NetworkStatus, networkDescription, networkStatus } from '../../src/control/protocol.ts'
import { isSameProcess, processStartTime } from '../../src/processes/process-identity.ts'
import { Command, type Event, type Outcome } from './cli/command.ts'
import { processesOf } from './support/processes-of.ts'

// A state directory of our own: the networks of others on this machine are not ours to list or to stop.
const home = mkdtempSync(join(tmpdir(), 'eth-localnet-cli-embedded-'))
const environment = { ETH_LOCALNET_HOME: home }
const homeOf = (name: string) => join(home, 'networks', name)
const client = { execution: { client: 'embedded', pid: null }, consensus: { client: 'embedded', pid: null } }

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

async function statusOf(): Promise<NetworkStatus> {
  const [event] = await eventsOf('status')
  return networkStatus.parse(event)
}

async function nodeStatusOf(name: string) {
  const { nodes } = await statusOf()
  const node = nodes.find((one) => one.name === name)
  if (node === undefined) throw new Error(`there is no ${name}`)
  return node
}

describe('up', () => {
  test('runs four embedded nodes in real time until Ctrl-C, and leaves nothing', async () => {
    const up = start('up', '--json')
    const ready = await up.event(({ event }) => event === 'ready')
    expect(ready).toMatchObject({
      slotDurationMs: 1_000,
      slotsPerEpoch: 8,
      nodes: Array(4).fill({ ...client, state: 'running', validators: 16 }),
    })
    await up.event(({ event, slot }) => event === 'slot' && Number(slot) >= 3)
    up.pressCtrlC()
    const { exitCode, stderr, events } = await up.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
    expect(events.slice(-2)).toMatchObject([
      { event: 'stopping', reason: 'SIGINT' },
      { event: 'stopped', isKilled: false },
    ])
    expect(processesOf(home)).toEqual([])
    for (const { execution, consensus } of networkDescription.parse(ready).nodes) {
      await expect(fetch(execution.rpcUrl)).rejects.toThrow('fetch failed')
      await expect(fetch(consensus.apiUrl)).rejects.toThrow('fetch failed')
    }
    expect(existsSync(join(homeOf('localnet'), 'control.json'))).toBe(false)
    expect(await eventsOf('ps')).toEqual([])
  })

  test('runs freely in virtual time, slot after slot, and finalizes', async () => {
    const up = start('up', '--time', 'virtual', '--nodes', '3', '--seed', '5', '--json')
    await up.event(({ event, finalizedEpoch }) => event === 'slot' && Number(finalizedEpoch) >= 2)
    // Commands are answered between the slots.
    expect(await statusOf()).toMatchObject({ state: 'running', seed: 5, genesisTime: 1_700_000_000 })
    up.child.kill('SIGTERM')
    const { exitCode, stderr, events } = await up.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 143, stderr: '' })
    const slots = events.filter(({ event }) => event === 'slot')
    const [first] = slots
    expect(slots.map(({ slot }) => slot)).toEqual(slots.map((_, index) => Number(first?.slot) + index))
    for (const slot of slots)
      expect(slot).toMatchObject({ nodesAtHead: 3, nodesRunning: 3, headSlot: slot.slot })
  })

  test.each([
    [['up', '--slot-duration', '500ms'], 2, '500'],
    [['up', '--time', 'fast'], 2, '--time'],
    [['up', '--clients', 'geth/prysm', '--time', 'virtual'], 2, 'time'],
    [['up', '--clients', 'geth/prysm', '--trace', join(home, 'trace')], 2, 'trace'],
  ])('%j ends with %d', async (args, exitCode, text) => {
    const outcome = await cli(...args)
    expect(outcome).toMatchObject({ exitCode })
    expect(outcome.stderr).toContain(text)
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
  })
})

// The tests build on one another: they follow one network through its life.
describe('a detached network of 3 embedded nodes', () => {
  let ready: Event

  beforeAll(async () => {
    const flags = ['--nodes', '3', '--validators', '12', '--topology', 'ring', '--seed', '7']
    ready = (await eventsOf('up', '--detach', ...flags)).at(-1) as Event
  })

  test('is ready with endpoints that answer', async () => {
    expect(ready).toMatchObject({
      event: 'ready',
      seed: 7,
      nodes: Array(3).fill({ ...client, validators: 4 }),
    })
    for (const { execution, consensus, processes } of networkDescription.parse(ready).nodes) {
      expect(processes).toEqual([])
      const rpc = createPublicClient({ transport: http(execution.rpcUrl) })
      expect(await rpc.getChainId()).toBe(1337)
      expect((await fetch(`${consensus.apiUrl}/eth/v1/node/version`)).status).toBe(200)
    }
  })

  test('is in ps and in status', async () => {
    const [network] = await eventsOf('ps')
    expect(network).toMatchObject({ event: 'network', name: 'localnet', state: 'running' })
    const status = await statusOf()
    for (const node of status.nodes) {
      expect(node).toMatchObject({ state: 'running', problem: null })
      expect(node.head?.slot).toBeGreaterThan(0)
      const others = ['node-0', 'node-1', 'node-2'].filter((name) => name !== node.name)
      expect(node.peers).toEqual({ execution: others, consensus: others })
    }
    expect((await cli('status')).stdout).toMatch(/^node-1 +running +\d+ +0x[0-9a-f]{8}…/m)
  })

  test('has a log for each node', async () => {
    const { exitCode, stdout } = await cli('logs', 'node-0', '-n', '2')
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^node-0 embedded \| \d{4}-\d\d-\d\dT\S+ (info|warn) /)
    expect(await cli('logs', 'node-9')).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test.each([
    ['stop', 'stopped'],
    ['kill', 'stopped'],
  ] as const)('%s ends a node, and start brings it back', async (action, state) => {
    expect(await eventsOf(action, 'node-1')).toMatchObject([{ event: 'node', name: 'node-1', state }])
    const stopped = await nodeStatusOf('node-1')
    expect(stopped).toMatchObject({ state, head: null, peers: null, processes: [] })
    await expect(fetch(stopped.consensus.apiUrl)).rejects.toThrow('fetch failed')
    expect(await eventsOf('start', 'node-1')).toMatchObject([{ name: 'node-1', state: 'running' }])
    const started = await nodeStatusOf('node-1')
    expect(started.consensus.apiUrl).toBe(stopped.consensus.apiUrl)
    expect(started.head?.slot).toBeGreaterThan(0)
  })

  test('pause and resume', async () => {
    expect(await cli('resume', 'node-1')).toMatchObject({ exitCode: 0 })
    await eventsOf('pause', 'node-1')
    expect(await nodeStatusOf('node-1')).toMatchObject({ state: 'paused', head: null })
    await eventsOf('resume', 'node-1')
    expect(await nodeStatusOf('node-1')).toMatchObject({ state: 'running' })
    expect(await cli('pause', 'node-7')).toMatchObject({ exitCode: 2 })
  })

  test('takes in a node, which syncs, and removes it', async () => {
    expect(await eventsOf('add', 'late', '--peers', 'node-1')).toMatchObject([
      { event: 'node', name: 'late', state: 'running', validators: 0, ...client },
    ])
    const { slot } = await statusOf()
    await expect
      .poll(async () => (await nodeStatusOf('late')).head?.slot ?? 0, { timeout: 60_000, interval: 500 })
      .toBeGreaterThan(slot)
    await eventsOf('remove', 'late')
    expect((await statusOf()).nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1', 'node-2'])
  })

  test('goes down, and leaves no process', async () => {
    const [{ pid }] = (await eventsOf('ps')) as [Event]
    const supervisor = { pid: Number(pid), startTime: processStartTime(Number(pid)) ?? 'gone' }
    expect(isSameProcess(supervisor)).toBe(true)
    expect(await eventsOf('down')).toMatchObject([{ event: 'stopped', name: 'localnet' }])
    expect(isSameProcess(supervisor)).toBe(false)
    expect(processesOf(home)).toEqual([])
    expect(await eventsOf('ps')).toEqual([])
    const log = readFileSync(join(homeOf('localnet'), 'up.log'), 'utf8')
    expect(log.trimEnd().split('\n').at(-1)).toContain('"event":"stopped"')
    expect(await cli('status')).toMatchObject({ exitCode: 1 })
  })
})
