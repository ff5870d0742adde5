import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../src/plan/manifest.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'
import { planNetwork } from '../../../src/plan/plan-network.ts'
import { fakeRegistry } from '../../unit/plan/fake-registry.ts'

function plan(options: NetworkOptions): Manifest {
  return planNetwork(options, fakeRegistry)
}

const anyOptions: fc.Arbitrary<NetworkOptions> = fc.record({
  nodes: fc.integer({ min: 1, max: 10 }),
  validators: fc.record({
    count: fc.integer({ min: 1, max: 200 }),
    distribution: fc.constantFrom('even', 'weighted', 'single', 'random'),
  }),
  topology: fc.constantFrom('full-mesh', 'star', 'ring', 'line', 'random'),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  accounts: fc.constant(1),
})

// Every plan makes the keys of all its nodes, which takes long for hundreds of plans.
describe('a manifest', () => {
  test('is the same, byte for byte, for the same options and seed', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        expect(JSON.stringify(plan(options))).toBe(JSON.stringify(plan(structuredClone(options))))
      }),
    )
  })

  test('gives every node what no other node has', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { nodes, edges, validators } = plan(options)
        const unique = nodes.flatMap((node) => [
          node.name,
          node.address,
          ...Object.values(node.ports),
          node.devp2p.privateKey,
          node.devp2p.nodeId,
          node.libp2p.privateKey,
          node.libp2p.peerId,
          node.feeRecipient,
        ])
        const addresses = edges.map((edge) => edge.address)
        expect(new Set([...unique, ...addresses]).size).toBe(unique.length + addresses.length)
        const held = nodes.reduce((sum, node) => sum + node.validators.count, 0)
        expect(held).toBe(validators.count)
      }),
    )
  })
})
