import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ControlServer } from '../../../src/control/control-server.ts'
import { runOperation } from '../../../src/control/operations.ts'
import type { Fault, FaultSpec } from '../../../src/faults/fault.ts'
import {
  bridgeOf,
  cutOf,
  isolateOf,
  type LayerOptions,
  partitionOf,
  shapeOf,
  skewOf,
} from '../../../src/faults/fault-specs.ts'
import type { LinkShapeOptions } from '../../../src/faults/link-shape-options.ts'
import type { Network } from '../../../src/network/network.ts'
import { cli } from '../cli/call-cli.ts'
import { FakeNetwork } from '../cli/fake-network.ts'
import { claimNetwork, useOwnHome } from '../cli/network-home.ts'
import { examplePlan } from '../support/example-plan.ts'

const plan = examplePlan({ nodes: 4, validators: 16 })

/** A network whose faults are a list, and do nothing. */
class ListedFaults extends FakeNetwork {
  faults: Fault[] = []

  override operate(request: Parameters<FakeNetwork['operate']>[0]): Promise<object> {
    const call = { ...request, signal: new AbortController().signal }
    return runOperation(this.#network as unknown as Network, call)
  }

  get #network() {
    const begin = async (spec: FaultSpec) => {
      const fault: Fault = { ...spec, id: `${spec.kind}-${this.faults.length + 1}`, sinceMs: 5 }
      this.faults.push(fault)
      return { fault }
    }
    return {
      faults: () => this.faults,
      partition: async (groups: string[][], options: LayerOptions) =>
        begin(partitionOf(plan, groups, options)),
      isolate: async (node: string, options: LayerOptions) => begin(isolateOf(plan, node, options)),
      bridge: async (a: string[], b: string[], options: LayerOptions & { via: string }) =>
        begin(bridgeOf(plan, [a, b], options)),
      link: (a: string, b: string) => ({
        cut: async (options: LayerOptions) => begin(cutOf(plan, a, b, options)),
        shape: async ({ signal: _, ...options }: LinkShapeOptions & LayerOptions & { signal: AbortSignal }) =>
          begin(shapeOf(plan, { a, b }, options)),
      }),
      node: (node: string) => ({
        skewClock: async (skewMs: number) => begin(skewOf(plan, { node, skewMs, hasOwnClock: true })),
      }),
      heal: async ({ fault }: { fault?: string }) => {
        this.faults = this.faults.filter(({ id }) => fault !== undefined && id !== fault)
      },
    }
  }
}

let network: ListedFaults

beforeEach(async () => {
  const directory = join(useOwnHome(), 'networks', 'fake')
  const claimed = await claimNetwork(directory, 'fake')
  network = new ListedFaults()
  const server = await ControlServer.open({ target: network, name: 'fake', directory, onDefect: () => {} })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await claimed.release()
  })
})

const both = ['execution', 'consensus']

describe('the verbs of faults', () => {
  it.each([
    [
      'partition node-0,node-1 node-2,node-3',
      'partition',
      {
        groups: [
          ['node-0', 'node-1'],
          ['node-2', 'node-3'],
        ],
        layers: both,
      },
      'partition-1  node-0,node-1 | node-2,node-3\n',
    ],
    [
      'partition node-0 --layer consensus',
      'partition',
      { groups: [['node-0']], layers: ['consensus'] },
      'node-0 | node-1,node-2,node-3  (consensus layer)',
    ],
    [
      'partition --minority 1/3',
      'partition',
      { groups: [['node-3']], layers: both },
      'node-3 | node-0,node-1,node-2',
    ],
    ['isolate node-2', 'isolate', { node: 'node-2', layers: both }, 'node-2 has no peers'],
    [
      'bridge node-0,node-1 node-3 --via node-2',
      'bridge',
      { groups: [['node-0', 'node-1'], ['node-3']], via: 'node-2', layers: both },
      'node-0,node-1 | node-3, joined by node-2',
    ],
    [
      'link node-0 node-1 --cut',
      'cut',
      { a: 'node-0', b: 'node-1', layers: both },
      'node-0 and node-1 are not connected',
    ],
    [
      'link node-0 node-1 --latency 50ms --jitter 5ms --loss 0.5% --bandwidth 2mbit --one-way',
      'shape',
      { latencyMs: 50, jitterMs: 5, lossPercent: 0.5, bandwidthKbps: 2_000, direction: 'forward' },
      'node-0 -> node-1: 50 ms later, up to 5 ms jitter, 0.5 % lost, 2000 kbit/s',
    ],
    [
      'skew node-1 --behind 1.5s',
      'skew',
      { node: 'node-1', skewMs: -1_500 },
      'the clock of node-1 is 1500 ms behind',
    ],
    [
      'skew node-1 --ahead 2s',
      'skew',
      { node: 'node-1', skewMs: 2_000 },
      'the clock of node-1 is 2000 ms ahead',
    ],
  ])('%s', async (line, kind, parameters, text) => {
    const { exitCode, stdout, stderr } = await cli(...line.split(' '))
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(network.faults).toMatchObject([{ kind, parameters }])
    expect(stdout).toContain(text)
    expect(stdout).toContain(`eth-localnet heal ${kind}-1`)
    const { stdout: json } = await cli(...line.split(' '), '--json')
    expect(JSON.parse(json)).toEqual({ event: 'fault', ...network.faults[1] })
  })

  it('list what is in force, and end all of it or one', async () => {
    expect((await cli('faults')).stdout).toBe('There are no faults in force.\n')
    await cli('isolate', 'node-0')
    await cli('skew', 'node-1', '--ahead', '1s')
    expect((await cli('faults')).stdout).toMatch(/^isolate-1 .*\nskew-2 .*\n$/)
    const { stdout } = await cli('heal', 'isolate-1', '--json')
    expect(JSON.parse(stdout)).toEqual({ event: 'faults', faults: network.faults })
    expect(network.faults.map(({ id }) => id)).toEqual(['skew-2'])
    expect((await cli('heal')).stdout).toBe('There are no faults in force.\n')
  })

  it.each([
    ['partition node-0, node-1', "Invalid option 'groups'", 'node-0,node-1'],
    ['partition node-0 --minority 1/3', "Invalid option '--minority'", 'either groups'],
    ['partition --minority lots', "Invalid option '--minority'", '1/3, 33% or 0.33'],
    ['partition node-0,node-1 node-1', 'node-1 is in group 1 and in group 2', ''],
    ['partition', 'one group', 'further group'],
    ['isolate node-9', 'There is no node "node-9"', 'node-0'],
    ['isolate node-0 --layer network', "Invalid option '--layer'", 'execution, consensus'],
    ['link node-0 node-1', 'leaves the link as it is', 'latencyMs'],
    ['link node-0 node-1 --loss much', "Invalid option '--loss'", 'per cent'],
    ['link node-0 node-1 --bandwidth -1', "Invalid option '--bandwidth'", '500kbit'],
    ['link node-0 node-1 --latency soon', "Invalid option '--latency'", 'a duration'],
    ['skew node-0', 'a clock is ahead or behind', '--behind'],
    ['skew node-0 --ahead 1s --behind 1s', 'a clock is ahead or behind', '--behind'],
    ['bridge node-0 node-1', '--via', ''],
  ])('refuse: %s', async (line, problem, advice) => {
    const { exitCode, stderr, stdout } = await cli(...line.split(' '))
    expect(stderr).toContain(problem)
    expect(stderr).toContain(advice)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(network.faults).toEqual([])
  })
})

describe('operations', () => {
  const run = (name: string, parameters: unknown) =>
    runOperation({} as Network, { name, parameters, signal: new AbortController().signal })

  it('that there are not are named with the nearest one', async () => {
    await expect(run('partitoin', {})).rejects.toMatchObject({
      code: 'operation-unknown',
      message: expect.stringContaining('Did you mean partition?'),
    })
    await expect(run('toString', {})).rejects.toMatchObject({ code: 'operation-unknown' })
  })

  it.each([
    ['partition', { groups: 'node-0' }, 'groups'],
    ['partition', { groups: [['node-0', 7]] }, 'groups[0][1]'],
    ['isolate', {}, 'node'],
    ['isolate', { node: 'x'.repeat(101) }, 'node'],
    ['link', { a: 'node-0', b: 'node-1', latencyMs: '5' }, 'latencyMs'],
    ['heal', { fault: 3 }, 'fault'],
    ['heal', null, 'options'],
  ])('%s does not take %j', async (name, parameters, field) => {
    await expect(run(name, parameters)).rejects.toMatchObject({ code: 'option-invalid', facts: { field } })
  })

  it('take no parameter that is not one', async () => {
    await expect(run('faults', { all: true })).rejects.toMatchObject({ code: 'option-unknown' })
  })
})
