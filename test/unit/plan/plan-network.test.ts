import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../src/plan/manifest.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { planNetwork } from '../../../src/plan/plan-network.ts'
import { fakeRegistry } from './fake-registry.ts'
import { refusal } from './refusal.ts'

function plan(options: NetworkOptions): Manifest {
  return planNetwork(options, fakeRegistry)
}

describe('a manifest', () => {
  test('draws from a seed what it drew in earlier versions', () => {
    const options = { nodes: 7, topology: 'random', validators: { distribution: 'random' }, seed: 7 } as const
    const { edges, nodes } = plan(options)
    expect(edges.map(({ a, b }) => `${a.slice(-1)}${b.slice(-1)}`).join(' ')).toBe(
      '01 02 03 05 12 13 15 24 26 34 36 45 46 56',
    )
    expect(nodes.map((node) => node.validators.count)).toEqual([15, 3, 8, 13, 3, 10, 12])
  })

  test('is plain JSON', () => {
    const manifest = plan({ genesisTime: 1_800_000_000 })
    expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest)
    expect(JSON.parse(JSON.stringify(plan({})))).toStrictEqual(plan({}))
  })

  test('with another seed has other keys, and the same chain', () => {
    const [one, other] = [plan({ seed: 1 }), plan({ seed: 2 })]
    const keys = [one, other].flatMap(({ nodes }) =>
      nodes.flatMap((node) => [node.devp2p.privateKey, node.libp2p.privateKey, node.feeRecipient]),
    )
    expect(new Set(keys).size).toBe(2 * 4 * 3)
    expect(one.chain).toEqual(other.chain)
    expect(one.accounts).toEqual(other.accounts)
  })
})

test('without options, four nodes in a full mesh with 64 validators', () => {
  const manifest = plan({})
  expect(manifest).toMatchObject({
    formatVersion: 2,
    name: 'localnet',
    seed: 1,
    time: 'real',
    chain: { chainId: 1337 },
    validators: { count: 64 },
    next: { nodeIndex: 4, edgeIndex: 6 },
  })
  expect(manifest.accounts).toHaveLength(10)
  expect(manifest.nodes.map((node) => [node.index, node.name, node.execution, node.consensus])).toEqual([
    [0, 'node-0', 'fake-geth', 'fake-prysm'],
    [1, 'node-1', 'fake-geth', 'fake-prysm'],
    [2, 'node-2', 'fake-geth', 'fake-prysm'],
    [3, 'node-3', 'fake-geth', 'fake-prysm'],
  ])
  expect(manifest.nodes.map((node) => node.validators.first)).toEqual([0, 16, 32, 48])
  expect(manifest.edges).toHaveLength(6)
})

test('edges carry names, the lower index first, and an address each', () => {
  const { edges } = plan({
    nodes: [{ name: 'z' }, { name: 'y' }, { name: 'x' }],
    topology: {
      edges: [
        ['x', 'y'],
        ['y', 'z'],
      ],
    },
  })
  const links = { execution: 'sockets', consensus: 'sockets' }
  expect(edges).toEqual([
    { a: 'z', b: 'y', address: '127.2.0.10', links },
    { a: 'y', b: 'x', address: '127.2.0.11', links },
  ])
})

test('a fork that crosses Fulu with the slow client sets the seed lookahead', () => {
  expect(plan({ forks: { electra: 0, fulu: 2 } }).chain).toMatchObject({
    slotsPerEpoch: 8,
    minSeedLookahead: 7,
    forks: { deneb: 0, electra: 0, fulu: 2 },
  })
})

test('what is asked for is planned', () => {
  const manifest = plan({ name: 'net-7', seed: 9, validatorBalanceGwei: 64_000_000_000, accounts: 2 })
  expect(manifest).toMatchObject({ name: 'net-7', seed: 9, validators: { balanceGwei: 64_000_000_000 } })
  expect(manifest.accounts).toHaveLength(2)
})

test('a chain that one of several clients cannot run is refused in its name', () => {
  const nodes = [{ consensus: 'fake-embedded' }, { consensus: 'fake-old-client' }]
  const error = refusal(() => plan({ nodes, forks: { fulu: 4 } }))
  expect(error.message).toContain('fake-old-client cannot run fulu')
})

describe('clients in this process', () => {
  const inProcess = { execution: 'fake-in-process', consensus: 'fake-in-process' }

  test('make a network of their own, in real time unless virtual time is asked for', () => {
    expect(plan({ nodes: [inProcess] }).time).toBe('real')
    expect(plan({ nodes: [inProcess], time: 'virtual' }).time).toBe('virtual')
  })

  test('leave their chain to those beside them that can do less', () => {
    const { chain } = plan({ nodes: [inProcess, {}] })
    expect(chain).toMatchObject({ preset: 'mainnet', slotDurationMs: 2_000, lateBlockReorgs: false })
  })
})

test('a time that a client cannot keep is refused in its name', () => {
  const error = refusal(() => plan({ time: 'virtual' }))
  expect(error).toMatchObject({ code: 'option-unsupported', field: 'time', facts: { allowed: 'real' } })
  expect(error.message).toContain('fake-prysm cannot run in virtual time')
})

test('options from outside are checked', () => {
  expect(refusal(() => plan({ slotDuration: 2 } as NetworkOptions)).code).toBe('option-unknown')
})
