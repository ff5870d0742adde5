import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ControlServer } from '../../../src/control/control-server.ts'
import { StateError } from '../../../src/network/errors.ts'
import type { NetworkDirectory } from '../../../src/network/network-directory.ts'
import type { Diagnosis } from '../../../src/observe/doctor/diagnosis.ts'
import { noteStartFailure } from '../../../src/observe/doctor/start-failure.ts'
import { OptionError } from '../../../src/plan/option-error.ts'
import { ProcessStartError } from '../../../src/processes/errors.ts'
import { cli, eventsOf } from '../cli/call-cli.ts'
import { FakeNetwork } from '../cli/fake-network.ts'
import { claimNetwork, useOwnHome } from '../cli/network-home.ts'

let home: string
const directoryOf = (name: string) => join(home, 'networks', name)

beforeEach(() => {
  home = useOwnHome()
})

async function doctor(...args: string[]) {
  const call = await cli('doctor', ...args)
  return { ...call, events: () => eventsOf(call) }
}

/** A network that answers; the test ends it. */
async function runFakeNetwork(): Promise<FakeNetwork> {
  const directory = directoryOf('fake')
  const claimed = await claimNetwork(directory, 'fake')
  const target = new FakeNetwork()
  const server = await ControlServer.open({ target, name: 'fake', directory, onDefect: () => {} })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await claimed.release()
  })
  return target
}

/** A network that has been here, and is stopped. */
async function leaveNetwork(): Promise<NetworkDirectory> {
  const claimed = await claimNetwork(directoryOf('left'), 'left')
  await claimed.release()
  return claimed
}

const split: Diagnosis = {
  healthy: false,
  cause: 'partition',
  summary: 'The network is split: node-0 | node-1.',
  evidence: ['node-0 has no peer on the other side.'],
  advice: ['Heal it: `eth-localnet heal`.'],
  also: [{ cause: 'syncing', summary: 'node-1 has not caught up.' }],
}
const fine: Diagnosis = {
  healthy: true,
  cause: 'healthy',
  summary: 'All is well.',
  evidence: [],
  advice: [],
  also: [],
}

describe('the doctor of a network that runs', () => {
  test('prints the cause, what was seen and what to do, and ends with 1', async () => {
    const network = await runFakeNetwork()
    network.results = { diagnose: split }
    const { exitCode, stdout, stderr } = await doctor()
    expect(exitCode).toBe(1)
    expect(network.asked).toEqual([{ operate: 'diagnose', parameters: {} }])
    expect(stdout.split('\n')).toEqual([
      '✗ partition: The network is split: node-0 | node-1.',
      '',
      'Seen',
      '  node-0 has no peer on the other side.',
      '',
      'What to do',
      '  Heal it: `eth-localnet heal`.',
      '',
      'Also',
      '  syncing: node-1 has not caught up.',
      '',
    ])
    expect(stderr).toBe('✗ The network is not healthy: partition.\n')
  })

  test('prints the whole diagnosis with --json, before the error', async () => {
    const network = await runFakeNetwork()
    network.results = { diagnose: split }
    const { exitCode, events } = await doctor('--json')
    expect(exitCode).toBe(1)
    expect(events()).toEqual([
      { event: 'diagnosis', ...split },
      expect.objectContaining({
        event: 'error',
        code: 'unhealthy',
        facts: expect.objectContaining({ cause: 'partition' }),
      }),
    ])
  })

  test('ends with 0 when it is healthy', async () => {
    const network = await runFakeNetwork()
    network.results = { diagnose: fine }
    expect(await doctor()).toMatchObject({ exitCode: 0, stdout: '✓ All is well.\n', stderr: '' })
  })

  test('looks for itself while the network starts', async () => {
    const network = await runFakeNetwork()
    network.failure = new StateError('Cannot diagnose: it is starting.', 'Wait.')
    const { exitCode, events } = await doctor('--json')
    expect(exitCode).toBe(1)
    // Its genesis is far ahead, and it has claimed no ports yet.
    expect(events()[0]).toMatchObject({ event: 'diagnosis', cause: 'not-yet-genesis', also: [] })
  })

  test('passes on any other failure', async () => {
    const network = await runFakeNetwork()
    network.failure = new OptionError({ field: 'x', given: 1, allowed: 'nothing' })
    expect(await doctor()).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

describe('the doctor of a directory', () => {
  test('says that a network is stopped, and how it is continued', async () => {
    const { path } = await leaveNetwork()
    const { exitCode, events } = await doctor('--name', 'left', '--json')
    expect(exitCode).toBe(1)
    expect(events()[0]).toMatchObject({
      cause: 'not-running',
      evidence: [`No process has ${path}.`],
      advice: [expect.stringContaining(`eth-localnet up --dir ${path}`)],
    })
  })

  test('names the client with which the last start failed, and its last lines', async () => {
    const { path } = await leaveNetwork()
    await noteStartFailure(
      path,
      new ProcessStartError({
        title: 'node-0 geth',
        command: 'geth',
        logFile: '/logs/geth.log',
        lastLines: ['Fatal: no such flag'],
        reason: 'it exited with code 1',
      }),
    )
    const { events } = await doctor('--name', 'left', '--json')
    expect(events()[0]).toMatchObject({
      cause: 'client-crashed',
      summary: 'node-0 geth crashed.',
      evidence: expect.arrayContaining(['  | Fatal: no such flag']),
    })
  })

  test('tells of a start that failed before there was a network', async () => {
    const { path } = await leaveNetwork()
    await rm(join(path, 'network.json'))
    await noteStartFailure(path, new Error('the genesis could not be made'))
    const { events } = await doctor('--dir', path, '--json')
    expect(events()[0]).toMatchObject({ healthy: false, cause: 'start-failed' })
  })

  test('does not take options that cannot be for a failed start', async () => {
    const { path } = await leaveNetwork()
    await noteStartFailure(path, new OptionError({ field: 'nodes', given: 0, allowed: '1 or more' }))
    const { events } = await doctor('--name', 'left', '--json')
    expect(events()[0]).toMatchObject({ cause: 'not-running' })
  })

  test('refuses one in which there is nothing', async () => {
    const { path } = await leaveNetwork()
    await rm(join(path, 'network.json'))
    const { exitCode, stderr, stdout } = await doctor('--dir', path)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`There is no network in ${path} that could be examined.`)
  })

  test('refuses the name of a network that never was', async () => {
    await leaveNetwork()
    const { exitCode, stderr } = await doctor('--name', 'lost')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('There is no network "lost".')
  })
})
