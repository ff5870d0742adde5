import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../src/plan/manifest.ts'
import type { AddedNodeOptions, NetworkOptions } from '../../../src/plan/options.ts'
import { planAddedNode } from '../../../src/plan/plan-added-node.ts'
import { planNetwork } from '../../../src/plan/plan-network.ts'
import { planRemovedNode } from '../../../src/plan/plan-removed-node.ts'
import { fakeRegistry, fakeSecluded } from './fake-registry.ts'
import { refusal } from './refusal.ts'

function plan(options: NetworkOptions): Manifest {
  return planNetwork({ accounts: 0, ...options }, fakeRegistry)
}

function add(manifest: Manifest, options: AddedNodeOptions = {}): Manifest {
  return planAddedNode(manifest, options, fakeRegistry)
}

const inProcess = { execution: 'fake-in-process', consensus: 'fake-in-process' }

function addedPeers(manifest: Manifest): string[] {
  const name = manifest.nodes.at(-1)?.name
  return manifest.edges.filter((edge) => edge.b === name).map((edge) => edge.a)
}

describe('an added node', () => {
  test('comes last, without validators, and changes nobody else', () => {
    const before = plan({ topology: 'ring' })
    const after = add(before)
    expect(after.nodes.slice(0, 4)).toEqual(before.nodes)
    expect(after.edges.slice(0, 4)).toEqual(before.edges)
    expect(after.nodes[4]).toMatchObject({
      index: 4,
      name: 'node-4',
      execution: 'fake-geth',
      consensus: 'fake-prysm',
      validators: { first: 64, count: 0 },
      address: '127.1.0.14',
    })
    const links = { execution: 'sockets', consensus: 'sockets' }
    expect(after.edges.slice(4)).toEqual([
      { a: 'node-0', b: 'node-4', address: '127.2.0.14', links },
      { a: 'node-1', b: 'node-4', address: '127.2.0.15', links },
    ])
    expect(after.next).toEqual({ nodeIndex: 5, edgeIndex: 6 })
    expect(after.chain).toEqual(before.chain)
  })

  test.each<[AddedNodeOptions, string, string]>([
    [{}, 'fake-geth', 'fake-embedded'],
    [{ execution: 'fake-in-process' }, 'fake-in-process', 'fake-in-process'],
    [{ consensus: 'fake-in-process' }, 'fake-in-process', 'fake-in-process'],
    [{ execution: 'fake-in-process', consensus: 'fake-embedded' }, 'fake-in-process', 'fake-embedded'],
  ])('has the clients of the oldest node unless it is given its own: %j', (options, execution, consensus) => {
    const before = plan({ nodes: [{ consensus: 'fake-embedded' }, inProcess], preset: 'minimal' })
    expect(add(before, options).nodes[2]).toMatchObject({ execution, consensus })
  })

  test('has the keys it would have had from the start', () => {
    const added = add(plan({ nodes: 2 })).nodes[2]
    const planned = plan({ nodes: 3 }).nodes[2]
    expect(added?.devp2p).toEqual(planned?.devp2p)
    expect(added?.libp2p).toEqual(planned?.libp2p)
    expect(added?.feeRecipient).toBe(planned?.feeRecipient)
  })

  test('joins the two nodes with the fewest connections, or the only one', () => {
    expect(addedPeers(add(plan({ topology: 'star' })))).toEqual(['node-1', 'node-2'])
    expect(addedPeers(add(plan({ topology: 'line' })))).toEqual(['node-0', 'node-3'])
    expect(addedPeers(add(plan({ nodes: 1 })))).toEqual(['node-0'])
  })

  test('joins the peers it names', () => {
    expect(addedPeers(add(plan({}), { peers: ['node-3', 'node-1', 'node-2'] }))).toEqual([
      'node-1',
      'node-2',
      'node-3',
    ])
  })

  test('takes the clients it names, else those of the oldest node', () => {
    const mixed = plan({ nodes: [{ consensus: 'fake-embedded', count: 2 }] })
    expect(add(mixed).nodes[2]?.consensus).toBe('fake-embedded')
    const slow = plan({ nodes: 2 })
    expect(add(slow, { consensus: 'fake-embedded', name: 'late' }).nodes[2]).toMatchObject({
      name: 'late',
      consensus: 'fake-embedded',
    })
  })

  test.each<[string, AddedNodeOptions, string]>([
    ['a name that is taken', { name: 'node-2' }, 'name'],
    ['a name that is none', { name: 'Late' }, 'name'],
    ['an unknown client', { execution: 'fake-gteh' }, 'execution'],
    ['an unknown peer', { peers: ['node-0', 'node-9'] }, 'peers[1]'],
    ['a peer twice', { peers: ['node-0', 'node-1', 'node-0'] }, 'peers[2]'],
    ['no peers', { peers: [] }, 'peers'],
    ['an unknown key', { validators: 4 } as AddedNodeOptions, 'validators'],
  ])('is refused with %s', (_, options, field) => {
    expect(refusal(() => add(plan({}), options)).field).toBe(field)
  })

  test('is refused when its client cannot run the chain', () => {
    const chain = plan({ nodes: [{ consensus: 'fake-embedded' }], slotDurationMs: 1000, preset: 'mainnet' })
    const error = refusal(() => add(chain, { consensus: 'fake-prysm' }))
    expect(error).toMatchObject({ code: 'option-unsupported', field: 'consensus' })
    expect(error.message).toContain('fake-prysm cannot keep slots of 1000 ms')
    expect(error.facts.given).toBe('fake-prysm')
  })

  test('is refused when the chain has another proposer lookahead than its client', () => {
    const chain = plan({ nodes: [{ consensus: 'fake-embedded' }], slotDurationMs: 2000, preset: 'mainnet' })
    expect(chain.chain.forks.fulu).toBe(0)
    expect(refusal(() => add(chain, { consensus: 'fake-prysm' })).message).toContain('keeps 64 proposers')
  })

  test('is in this process as well when the others are', () => {
    const grown = add(plan({ nodes: [inProcess], time: 'virtual' }))
    expect(grown.nodes[1]).toMatchObject(inProcess)
    expect(grown.time).toBe('virtual')
  })

  test('beside nodes of this process has sockets to all, and they keep what they have', () => {
    const grown = add(plan({ nodes: [inProcess, inProcess] }), {
      execution: 'fake-geth',
      consensus: 'fake-embedded',
    })
    expect(grown.edges.map(({ links }) => `${links.execution} ${links.consensus}`)).toEqual([
      'in-process in-process',
      'sockets sockets',
      'sockets sockets',
    ])
  })

  test('is refused when it has no kind of link in common with a peer', () => {
    const registry = { ...fakeRegistry, consensus: [...fakeRegistry.consensus, fakeSecluded] }
    const chain = plan({ slotsPerEpoch: 8, forks: { electra: 0 } })
    const error = refusal(() =>
      planAddedNode(chain, { consensus: 'fake-secluded', peers: ['node-0'] }, registry),
    )
    expect(error).toMatchObject({
      code: 'option-unsupported',
      field: 'peers',
      facts: { given: 'fake-secluded' },
    })
    expect(error.message).toContain('fake-prysm has sockets links, and fake-secluded has in-process links')
  })

  test('is refused when its client cannot keep the time of the others', () => {
    const virtual = plan({ nodes: [inProcess], time: 'virtual' })
    const error = refusal(() => add(virtual, { execution: 'fake-geth', consensus: 'fake-embedded' }))
    expect(error.message).toContain('fake-embedded cannot run in virtual time')
  })

  test('is refused when all ports have been used in the life of the network', () => {
    const old = { ...plan({}), next: { nodeIndex: 1277, edgeIndex: 6 } }
    expect(refusal(() => add(old, { name: 'late' })).message).toContain('no ports left for node 1277')
  })
})

describe('a removed node', () => {
  test('goes with its edges, and changes nobody else', () => {
    const before = plan({ topology: 'ring' })
    const after = planRemovedNode(before, 'node-1')
    expect(after.nodes).toEqual(before.nodes.filter((node) => node.name !== 'node-1'))
    expect(after.edges.map(({ a, b }) => `${a} ${b}`)).toEqual(['node-0 node-3', 'node-2 node-3'])
    expect(after).toEqual({ ...before, nodes: after.nodes, edges: after.edges })
  })

  test('may leave the rest disconnected', () => {
    expect(planRemovedNode(plan({ topology: 'star' }), 'node-0').edges).toEqual([])
  })

  test('never gives its index to another', () => {
    const reduced = planRemovedNode(plan({ nodes: 3 }), 'node-2')
    const grown = add(reduced)
    expect(grown.nodes.map((node) => node.index)).toEqual([0, 1, 3])
    expect(grown.nodes.at(-1)).toMatchObject({ name: 'node-3', address: '127.1.0.13' })
    const addresses = [...plan({ nodes: 3 }).edges, ...grown.edges.slice(1)].map((edge) => edge.address)
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  test('must exist', () => {
    const error = refusal(() => planRemovedNode(plan({}), 'nod-1'))
    expect(error.field).toBe('name')
    expect(error.facts).toMatchObject({ given: 'nod-1', nearest: 'node-1' })
  })

  test('must not be the last', () => {
    expect(refusal(() => planRemovedNode(plan({ nodes: 1 }), 'node-0')).message).toContain('last node')
  })
})
