import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../../../src/plan/option-error.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { parseNetworkOptions } from '../../../src/plan/options-schema.ts'
import { refusal } from './refusal.ts'

describe('accepts', () => {
  const everything: NetworkOptions = {
    name: 'my-net',
    seed: 4294967295,
    nodes: [{ name: 'a', execution: 'geth', consensus: 'prysm', count: 2, validators: 16 }, {}],
    validators: { count: 64, distribution: [32, 32], keys: { mnemonic: 'test junk' } },
    validatorBalanceGwei: 2_048_000_000_000,
    topology: { edges: [['a-0', 1]], allowDisconnected: true },
    accounts: { count: 2, mnemonic: 'test junk', balanceEther: 0 },
    chainId: 1,
    preset: 'minimal',
    slotDurationMs: 12_000,
    slotsPerEpoch: 32,
    epochsPerSyncCommitteePeriod: 256,
    forks: { deneb: 0, electra: 0, fulu: 3 },
    genesisTime: 1_800_000_000,
  }

  test.each<NetworkOptions>([
    {},
    everything,
    { nodes: 4, validators: 64, accounts: 0, topology: 'ring' },
    { validators: { distribution: 'weighted', keys: 'interop' } },
    { validators: { distribution: { kind: 'weighted', weights: [3, 1] } } },
    { validators: { distribution: { kind: 'single', node: 'node-1' } } },
    { topology: { kind: 'star', hub: 1 } },
    { topology: { kind: 'random', degree: 8 } },
    { topology: { kind: 'random' } },
  ])('%j as it is', (options) => {
    expect(parseNetworkOptions(options)).toEqual(options)
  })

  test('options that are present and undefined, as a command line leaves them', () => {
    const names = Object.keys(everything)
    expect(() =>
      parseNetworkOptions(Object.fromEntries(names.map((name) => [name, undefined]))),
    ).not.toThrow()
  })
})

describe('refuses', () => {
  test.each<[string, unknown, unknown]>([
    ['options', null, null],
    ['options', [], []],
    ['nodes', { nodes: 0 }, 0],
    ['nodes', { nodes: -1 }, -1],
    ['nodes', { nodes: 1278 }, 1278],
    ['nodes', { nodes: 1.5 }, 1.5],
    ['nodes', { nodes: '4' }, '4'],
    ['nodes', { nodes: Number.NaN }, Number.NaN],
    ['nodes', { nodes: [] }, []],
    ['nodes[1].count', { nodes: [{}, { count: 0 }] }, 0],
    ['nodes[0].name', { nodes: [{ name: 'Node 1' }] }, 'Node 1'],
    ['nodes[0].name', { nodes: [{ name: '-x' }] }, '-x'],
    ['nodes[0].name', { nodes: [{ name: '../x' }] }, '../x'],
    ['nodes[0].validators', { nodes: [{ validators: -1 }] }, -1],
    ['name', { name: '' }, ''],
    ['name', { name: 'x'.repeat(41) }, 'x'.repeat(41)],
    ['seed', { seed: -1 }, -1],
    ['seed', { seed: 2 ** 32 }, 2 ** 32],
    ['validators', { validators: 0 }, 0],
    ['validators.count', { validators: { count: 100_001 } }, 100_001],
    ['validators.distribution[2]', { validators: { distribution: [1, 2, -3] } }, -3],
    [
      'validators.distribution.weights[0]',
      { validators: { distribution: { kind: 'weighted', weights: [0.5] } } },
      0.5,
    ],
    ['validators.distribution.weights', { validators: { distribution: { kind: 'weighted' } } }, undefined],
    ['validators.distribution.node', { validators: { distribution: { kind: 'single', node: true } } }, true],
    ['topology.hub', { topology: { kind: 'star', hub: true } }, true],
    ['topology.degree', { topology: { kind: 'random', degree: 0 } }, 0],
    ['topology.edges[0]', { topology: { edges: [[0]] } }, [0]],
    [
      'topology.edges[1][0]',
      {
        topology: {
          edges: [
            [0, 1],
            [null, 1],
          ],
        },
      },
      null,
    ],
    ['topology', { topology: {} }, {}],
    ['topology', { topology: { edgs: [] } }, { edgs: [] }],
    ['topology.edges', { topology: { allowDisconnected: true } }, undefined],
    ['topology', { topology: 7 }, 7],
    ['accounts', { accounts: 1001 }, 1001],
    ['accounts.balanceEther', { accounts: { balanceEther: 0.5 } }, 0.5],
    ['chainId', { chainId: 0 }, 0],
    ['chainId', { chainId: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
    ['slotDurationMs', { slotDurationMs: 999 }, 999],
    ['slotsPerEpoch', { slotsPerEpoch: 1 }, 1],
    ['validatorBalanceGwei', { validatorBalanceGwei: 31_999_999_999 }, 31_999_999_999],
    ['forks.electra', { forks: { electra: -1 } }, -1],
    ['genesisTime', { genesisTime: 0 }, 0],
    ['genesisTime', { genesisTime: 1_800_000_000.5 }, 1_800_000_000.5],
  ])('%s of %j', (field, options, given) => {
    const error = refusal(() => parseNetworkOptions(options))
    expect(error.code).toBe('option-invalid')
    expect(error.category).toBe('options')
    expect(error.field).toBe(field)
    expect(error.facts.given).toEqual(given)
    expect(error.facts.allowed).toEqual(expect.any(String))
  })

  test.each<[unknown, string, string]>([
    [{ topology: 'rign' }, 'topology', 'ring'],
    [{ topology: 'mesh' }, 'topology', 'full-mesh'],
    [{ topology: { kind: 'stra' } }, 'topology.kind', 'star'],
    [{ validators: { distribution: 'evne' } }, 'validators.distribution', 'even'],
    [{ validators: { keys: 'Interop' } }, 'validators.keys', 'interop'],
    [{ preset: 'mainet' }, 'preset', 'mainnet'],
  ])('%j with the nearest name', (options, field, nearest) => {
    const error = refusal(() => parseNetworkOptions(options))
    expect(error.field).toBe(field)
    expect(error.facts.nearest).toBe(nearest)
    expect(error.message).toContain(`Did you mean '${nearest}'?`)
  })

  test.each<[unknown, string, string | undefined]>([
    [{ slotDuration: 2000 }, 'slotDuration', 'slotDurationMs'],
    [{ node: 4 }, 'node', 'nodes'],
    [{ dir: '/tmp' }, 'dir', undefined],
    [{ nodes: [{}, { program: 'geth' }] }, 'nodes[1].program', undefined],
    [{ validators: { counts: 3 } }, 'validators.counts', 'count'],
    [{ topology: { kind: 'star', hubs: 0 } }, 'topology.hubs', 'hub'],
    [{ topology: { edges: [], allowDisconected: true } }, 'topology.allowDisconected', 'allowDisconnected'],
    [{ forks: { osaka: 0 } }, 'forks.osaka', undefined],
    [JSON.parse('{ "__proto__": { "nodes": 3 } }'), '__proto__', undefined],
  ])('the unknown key of %j', (options, field, nearest) => {
    const error = refusal(() => parseNetworkOptions(options))
    expect(error.code).toBe('option-unknown')
    expect(error.field).toBe(field)
    expect(error.facts.nearest).toBe(nearest)
  })

  test('anything at all with an OptionError, or takes it', () => {
    const value = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true })
    const names = ['nodes', 'validators', 'topology', 'accounts', 'forks', 'seed', 'name', 'preset'] as const
    const options = fc.oneof(value, fc.dictionary(fc.constantFrom<string>(...names), value))
    fc.assert(
      fc.property(options, (input) => {
        try {
          parseNetworkOptions(input)
        } catch (error) {
          expect(error).toBeInstanceOf(OptionError)
          expect((error as OptionError).message.length).toBeLessThan(1000)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('the message names the option, the value, what is allowed and the nearest name', () => {
  expect(refusal(() => parseNetworkOptions({ preset: 'minimul' })).message).toBe(
    [
      "Invalid option 'preset'.",
      '',
      "Given:   'minimul'",
      'Allowed: mainnet, minimal',
      "Did you mean 'minimal'?",
    ].join('\n'),
  )
  expect(refusal(() => parseNetworkOptions({ forks: { elektra: 0 } })).message).toBe(
    [
      "Unknown option 'forks.elektra'.",
      '',
      'Given:   0',
      'Allowed: deneb, electra, fulu',
      "Did you mean 'electra'?",
    ].join('\n'),
  )
})
