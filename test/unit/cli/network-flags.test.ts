import { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addNetworkFlags,
  type NetworkFlags,
  networkOptionsOf,
  withSource,
} from '../../../src/cli/network-flags.ts'
import { planNetwork } from '../../../src/network/start-network.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { refusal } from '../plan/refusal.ts'

/** The flags as commander reads them from a command line. */
function flagsOf(...args: string[]): NetworkFlags {
  return addNetworkFlags(new Command()).exitOverride().parse(args, { from: 'user' }).opts()
}

describe('a command line', () => {
  test.each<[string, NetworkOptions]>([
    ['', {}],
    ['--nodes 3', { nodes: 3 }],
    ['-n 3', { nodes: 3 }],
    ['--nodes -1', { nodes: -1 }],
    ['--clients geth/prysm', { nodes: [{ execution: 'geth', consensus: 'prysm', count: 4 }] }],
    ['--clients geth/prysm --nodes 2', { nodes: [{ execution: 'geth', consensus: 'prysm', count: 2 }] }],
    ['--clients geth/prysm:2 --nodes 2', { nodes: [{ execution: 'geth', consensus: 'prysm', count: 2 }] }],
    [
      '--clients geth/prysm:2,geth/prysm',
      {
        nodes: [
          { execution: 'geth', consensus: 'prysm', count: 2 },
          { execution: 'geth', consensus: 'prysm', count: 1 },
        ],
      },
    ],
    ['--clients embedded:2', { nodes: [{ execution: 'embedded', consensus: 'embedded', count: 2 }] }],
    ['--validators 20', { validators: { count: 20 } }],
    ['--distribution 2,1', { validators: { distribution: [2, 1] } }],
    ['--validators 20 --distribution weighted', { validators: { count: 20, distribution: 'weighted' } }],
    ['--validator-balance 2048', { validatorBalanceGwei: 2_048_000_000_000 }],
    ['--topology ring', { topology: 'ring' }],
    ['--slot-duration 3s --slots-per-epoch 6', { slotDurationMs: 3_000, slotsPerEpoch: 6 }],
    ['--fork electra fulu@3', { forks: { electra: 0, fulu: 3 } }],
    ['--fork electra --fork fulu@3', { forks: { electra: 0, fulu: 3 } }],
    ['--preset minimal', { preset: 'minimal' }],
    ['--time virtual', { time: 'virtual' }],
    ['--chain-id 7 --seed 9 --name my-net', { chainId: 7, seed: 9, name: 'my-net' }],
  ])('%s', (line, options) => {
    expect(networkOptionsOf(flagsOf(...line.split(' ').filter(Boolean)))).toEqual(options)
  })

  test('refuses a count of nodes that is not that of the clients', () => {
    const error = refusal(() => networkOptionsOf(flagsOf('--clients', 'geth/prysm:2', '--nodes', '3')))
    expect(error.message).toContain('--clients gives 2 nodes')
  })

  test('says every number of every option', () => {
    const numbers = fc.record({
      nodes: fc.integer(),
      slotsPerEpoch: fc.integer(),
      chainId: fc.integer(),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(numbers, ({ nodes, slotsPerEpoch, chainId, seed }) => {
        const flags = flagsOf(
          ...['--nodes', `${nodes}`, '--slots-per-epoch', `${slotsPerEpoch}`],
          ...['--chain-id', `${chainId}`, '--seed', `${seed}`],
        )
        expect(networkOptionsOf(flags)).toEqual({ nodes, slotsPerEpoch, chainId, seed })
      }),
    )
  })
})

describe('a flag goes before the file', () => {
  const file: NetworkOptions = {
    name: 'from-file',
    seed: 3,
    nodes: 3,
    validators: { count: 12, distribution: 'random', keys: 'interop' },
    accounts: 2,
    topology: 'star',
    time: 'virtual',
  }

  test.each<[string, Partial<NetworkOptions>]>([
    ['', {}],
    ['--name mine --seed 4', { name: 'mine', seed: 4 }],
    ['--topology line', { topology: 'line' }],
    ['--time real', { time: 'real' }],
    ['--validators 6', { validators: { count: 6, distribution: 'random', keys: 'interop' } }],
    ['--distribution even', { validators: { count: 12, distribution: 'even', keys: 'interop' } }],
    ['--clients geth/prysm', { nodes: [{ execution: 'geth', consensus: 'prysm', count: 3 }] }],
    ['--nodes 1', { nodes: 1 }],
  ])('%s', (line, change) => {
    expect(networkOptionsOf(flagsOf(...line.split(' ').filter(Boolean)), file)).toEqual({
      ...file,
      ...change,
    })
  })

  test('and leaves a count of validators that stands alone in it', () => {
    expect(networkOptionsOf(flagsOf('--distribution', 'even'), { validators: 8 })).toEqual({
      validators: { count: 8, distribution: 'even' },
    })
  })
})

describe('what the plan refuses is traced back', () => {
  function refusedBy(flags: NetworkFlags, file: NetworkOptions = {}): unknown {
    const error = refusal(() => planNetwork(networkOptionsOf(flags, file)))
    return withSource(error, flags, 'net.yaml')
  }

  test.each([
    [['--nodes', '0'], 'nodes', '--nodes'],
    [['--clients', 'geht/prysm'], 'nodes[0].execution', '--clients'],
    [['--clients', 'geth/geth'], 'nodes[0].consensus', '--clients'],
    [['--clients', 'embedded,geth/prysm', '--preset', 'minimal'], 'preset', '--preset'],
    [['--clients', 'geth/prysm', '--slot-duration', '1s'], 'slotDurationMs', '--slot-duration'],
    [['--clients', 'embedded', '--slot-duration', '1500ms'], 'slotDurationMs', '--slot-duration'],
    [['--time', 'vitrual'], 'time', '--time'],
    [['--time', 'virtual', '--clients', 'geth/prysm'], 'time', '--time'],
    [['--distribution', '1,2', '--nodes', '3'], 'validators.distribution', '--distribution'],
    [['--validators', '0'], 'validators.count', '--validators'],
  ])('%j: %s', (args, field, source) => {
    expect(refusedBy(flagsOf(...args))).toMatchObject({ category: 'options', facts: { field, source } })
  })

  test('to the file where no flag gave it', () => {
    expect(refusedBy(flagsOf(), { nodes: 0 })).toMatchObject({
      shortMessage: "Invalid option 'nodes'.",
      facts: { source: 'net.yaml' },
    })
  })
})
